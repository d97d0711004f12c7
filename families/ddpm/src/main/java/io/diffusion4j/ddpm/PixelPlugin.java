package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The layers of a plugin, for square pictures. The vector that they add to the time embedding is
 * that of the class, and 0 without classes; there are no context tokens.
 *
 * @param labels none, or a table whose last row is the null class
 */
public record PixelPlugin(NamedBackbone backbone, Labels labels) implements PixelBackbone {
  /** The class in {@code config.json}. */
  static final String CLASS = "PluginPixelBackbone";

  private static final String ROWS = "num_class_embeds";

  public PixelPlugin {
    boolean isKnown = labels.equals(Labels.NONE) || labels.hasNull();
    Check.that(isKnown, "classes", labels, "a table with null");
  }

  /**
   * Reads the settings of a folder.
   *
   * @throws IllegalArgumentException if no plugin adds its layers
   */
  static PixelPlugin read(ComponentConfig c) {
    int rows = c.intValue(ROWS, 0);
    return new PixelPlugin(
        NamedBackbone.read(c), rows == 0 ? Labels.NONE : Labels.table(rows - 1, true));
  }

  @Override
  public void writeSettings(Path file) {
    backbone.settings(CLASS).put(ROWS, rows()).write(file);
  }

  @Override
  public ModelFolder.Component component() {
    return new ModelFolder.Component("diffusion4j", CLASS);
  }

  private int rows() {
    return labels.equals(Labels.NONE) ? 0 : labels.count() + 1;
  }

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int size = backbone.sampleSize();
    int width = backbone.timeEmbedDim();
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, backbone.inChannels()));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, backbone.timeChannels()));
    var label =
        rows() == 0
            ? nn.input(nn.forEach(nn.constant(new float[width], 1, width), x))
            : nn.at("class_embedding")
                .embedding(inputs.ints(LABEL), rows(), width, Init.normal(0.02));
    return List.of(backbone.forward(nn, x, time, List.of(label), List.of()));
  }

  @Override
  public int height() {
    return backbone.sampleSize();
  }

  @Override
  public int width() {
    return backbone.sampleSize();
  }

  @Override
  public int channels() {
    return backbone.inChannels();
  }

  @Override
  public PixelPlugin withLabels(Labels other) {
    return new PixelPlugin(backbone, other);
  }

  @Override
  public Optional<Sinusoid> sinusoid() {
    return Optional.of(backbone.sinusoid());
  }
}
