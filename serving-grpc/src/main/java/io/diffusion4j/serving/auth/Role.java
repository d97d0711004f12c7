package io.diffusion4j.serving.auth;

/** A permission of a principal. Listing the models needs none. */
public enum Role {
  /** Permits generating images. */
  GENERATE,

  /** Permits embedding texts and images. */
  EMBED,

  /** Permits {@code PRIORITY_HIGH}, which precedes all other work. */
  PRIORITY,

  /** Permits indexing the palette and training updates on its pictures. */
  TRAIN,

  /** Permits reading the metrics of the server. */
  METRICS,

  /** Permits operating the server through {@link io.diffusion4j.serving.http.AdminPort}. */
  ADMIN
}
