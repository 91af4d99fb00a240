/** The process before a terminal, as far as a view that draws there needs it. */
export interface Seat {
  /** Wall time in ms. */
  now(): number;
  /** False: a shell has put the process into the background, so that the terminal is somebody else's. */
  isForeground(): boolean;
  /** Gives keys as they are pressed, until `deaf`; nothing where they cannot be had. True: they are given. */
  listen(heard: (text: string) => void): boolean;
  deaf(): void;
  /** As the terminal itself would on Ctrl-C, Ctrl-Z and Ctrl-\. */
  send(signal: 'SIGINT' | 'SIGTSTP' | 'SIGQUIT'): void;
  /** Told before the process is stopped or ends, and when it goes on; returns how to end that. */
  attend(leaving: () => void, back: () => void): () => void;
}
