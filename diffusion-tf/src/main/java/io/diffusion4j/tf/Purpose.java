package io.diffusion4j.tf;

/** The use of a graph. Its values are the same for each use, its operations differ. */
public enum Purpose {
  /** Inference: TensorFlow fuses values that are used only once. */
  INFERENCE,
  /**
   * Training: values that the gradient needs are kept, and our own rules make the gradient cheap.
   */
  TRAINING
}
