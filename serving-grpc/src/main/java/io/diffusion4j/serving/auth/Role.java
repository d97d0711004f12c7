package io.diffusion4j.serving.auth;

/** What a principal may do besides asking which models there are. */
public enum Role {
  /** Have images drawn. */
  GENERATE,

  /** Have texts and images embedded. */
  EMBED,

  /** Ask for {@code PRIORITY_HIGH}, which goes before all other work. */
  PRIORITY,

  /** Read the meters of the server. */
  METRICS,

  /** Operate the server, on the port for operators. */
  ADMIN
}
