/** What an operator who has stopped a run should know. */
export const STOPPING = 'hosts under way are brought to their end; Ctrl-C again leaves at once';

/** What an operator who holds a run should know. */
export const PAUSED = 'hosts under way are brought to their end, and no further one is begun until "runbook continue"';
