package io.diffusion4j.tf.graph;

/** The use that a graph is built for: the same values, by other operations. */
public enum Purpose {
  /** To be run: TensorFlow fuses values that are used only once. */
  INFERENCE,
  /** To be differentiated: what the gradient needs is kept, and our own rules make it cheap. */
  TRAINING
}
