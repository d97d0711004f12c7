package io.diffusion4j.pipeline;

/** When the networks of a pipeline are in memory. */
public enum Residency {
  /** From loading to closing: for a server, where any request may need any of them next. */
  ALWAYS,
  /**
   * From the first use until another network is used: the least memory, for a process that draws
   * one batch and ends. Failures of the weights are still reported when the pipeline is loaded.
   */
  ONE_AT_A_TIME
}
