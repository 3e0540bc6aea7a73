/** What somebody should know who typed a key as an argument (proc(5) shows it to every user, the history keeps it). */
export const VISIBLE_KEY =
  "The key stood on the command line, where other programs and the shell's history see it; next time give - and pipe it in.";
