package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.client.ImageGenerator;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectGenerator;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The model that draws, in this process. */
@Command // or picocli takes it for no mixin
class SourceOptions {
  @ArgGroup(validate = false, heading = "%nModel:%n")
  ModelOptions model = new ModelOptions();

  @Mixin PluginOptions plugins = new PluginOptions();

  /** Draws with a generator. */
  @FunctionalInterface
  interface Work<T> {
    /**
     * Draws.
     *
     * @param here the model, if it is in this process and the generator a {@link DirectGenerator}
     */
    T draw(ImageGenerator generator, Optional<OpenPipeline> here) throws IOException;
  }

  /** Returns whether the model is in this process. */
  boolean isHere() {
    return true;
  }

  /** Loads what is added to the model. */
  Plugins parts() {
    return plugins.load();
  }

  /**
   * Opens the model and draws.
   *
   * @param marks the marks of the files
   * @param how the settings for opening the model
   * @param names maps the path of a field in the contract to its name in messages
   */
  <T> T draw(
      Console console,
      Provenance marks,
      Supplier<OpenOptions> how,
      UnaryOperator<String> names,
      Work<T> work)
      throws IOException {
    OpenOptions opening = how.get();
    try (var jars = parts()) {
      console.say("loading " + model.folder());
      try (var open = ModelOptions.open(model.folder(), opening, jars)) {
        var here = new DirectGenerator(open.pipeline(), marks, names);
        return work.draw(here, Optional.of(open));
      }
    }
  }
}
