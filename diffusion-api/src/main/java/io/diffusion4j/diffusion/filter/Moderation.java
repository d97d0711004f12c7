package io.diffusion4j.diffusion.filter;

/** The strictness with which a request's pictures are judged. */
public enum Moderation {
  /** The thresholds apply as configured. */
  AUTO,

  /** The lenient thresholds, where a filter has them. */
  LOW
}
