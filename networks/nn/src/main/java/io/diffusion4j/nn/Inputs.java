package io.diffusion4j.nn;

import io.diffusion4j.nn.Tensor.Role;

/** Declares the inputs of a network, which a batch contains by name. */
public final class Inputs {
  private final Recording recording;

  Inputs(Recording recording) {
    this.recording = recording;
  }

  /**
   * Declares numbers {@code [B, sample...]}.
   *
   * @throws IllegalStateException if the name is declared already
   */
  public Tensor floats(String name, long... sample) {
    return recording.input(name, Role.NUMBERS, sample);
  }

  /**
   * Declares integers {@code [B, sample...]}.
   *
   * @throws IllegalStateException if the name is declared already
   */
  public Tensor ints(String name, long... sample) {
    return recording.input(name, Role.INTEGERS, sample);
  }
}
