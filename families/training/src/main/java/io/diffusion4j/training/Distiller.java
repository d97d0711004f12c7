package io.diffusion4j.training;

/** Distils the models of a family. */
@FunctionalInterface
public interface Distiller {
  /**
   * Distils until the end or until it is stopped; the student is written at the end only.
   *
   * @return whether it is finished; if not, the same call resumes it
   * @throws IllegalArgumentException if the model cannot be distilled in this way
   */
  boolean distill(Distillation how, ModelTraining.Observer observer);
}
