/** What an operator who has stopped a run should know. */
export const STOPPING = 'hosts under way are brought to their end; Ctrl-C again leaves at once';
