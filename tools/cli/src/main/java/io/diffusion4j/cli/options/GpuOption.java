package io.diffusion4j.cli.options;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.EngineUnavailableException;
import io.diffusion4j.nn.engine.Engines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The requirement of a GPU. */
@Command // or picocli takes it for no mixin
public final class GpuOption {
  /** What a machine without one lacks. */
  public static final String EXPECTED = "a GPU and a build for it, ./mvnw -Pcuda package";

  @Option(
      names = "--require-gpu",
      description =
          "Compute on the GPU, and fail immediately if there is none that can be used; "
              + "doctor --machine lists what is missing.")
  private boolean required;

  /** Whether a GPU is required. */
  public boolean isRequired() {
    return required;
  }

  /**
   * Chooses the engine that computes on a GPU, unless the command line names an engine.
   *
   * @throws EngineUnavailableException if a GPU is required and no engine has one
   */
  public void check() {
    if (!required) {
      return;
    }
    Engine engine =
        Engines.all().stream()
            .filter(one -> !one.accelerators().isEmpty())
            .findFirst()
            .orElseThrow(
                () ->
                    new EngineUnavailableException(
                        "require-gpu: no GPU (expected: " + EXPECTED + ")"));
    if (Engines.asked().equals(Engines.AUTO)) {
      Engines.prefer(engine.name());
    }
  }
}
