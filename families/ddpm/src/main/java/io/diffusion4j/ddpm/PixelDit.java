package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.dit.BlockCopies;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.dit.DitSettings;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * diffusers' {@code DiTTransformer2DModel}: a transformer of x_t, the time and a class. The last
 * row of its table of classes is the null class; without classes it is the only row.
 *
 * @param classes number of classes
 */
public record PixelDit(DitConfig config, int classes) implements PixelBackbone {
  private static final String TABLE =
      "transformer_blocks.0.norm1.emb.class_embedder.embedding_table";

  public PixelDit {
    Check.that(classes >= 0, "num_embeds_ada_norm", classes, "≥ 0");
    int channels = config.inChannels();
    Check.that(
        config.outChannels() == channels || config.outChannels() == 2 * channels,
        "out_channels",
        config.outChannels(),
        "%s, or %s with a learned variance",
        channels,
        2 * channels);
  }

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int size = config.sampleSize();
    int channels = config.inChannels();
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, channels));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, config.timeChannels()));
    var label =
        nn.at(TABLE).embedding(inputs.ints(LABEL), classes + 1L, config.width(), Init.normal(0.02));
    var out = config.forward(nn, x, time, List.of(label), Context.none());
    return config.outChannels() == channels
        ? List.of(out)
        : List.of(nn.slice(out, 0, channels), nn.slice(out, channels, channels));
  }

  @Override
  public int height() {
    return config.sampleSize();
  }

  @Override
  public int width() {
    return config.sampleSize();
  }

  @Override
  public int channels() {
    return config.inChannels();
  }

  @Override
  public int tokens() {
    return config.tokens();
  }

  @Override
  public String folder() {
    return DdpmFolder.TRANSFORMER;
  }

  @Override
  public String pipeline() {
    return DdpmFolder.DIT;
  }

  @Override
  public Labels labels() {
    return classes == 0 ? Labels.NONE : Labels.table(classes, true);
  }

  @Override
  public PixelDit withLabels(Labels other) {
    Check.that(
        other.kind() == Labels.Kind.NONE || other.hasNull(), "classes", other, "a table with null");
    return new PixelDit(config, other.count());
  }

  @Override
  public Optional<Sinusoid> sinusoid() {
    return Optional.of(config.sinusoid());
  }

  @Override
  public void feed(Batch batch, List<PixelLabel> labels) {
    var rows = Labels.table(Math.max(1, classes), true);
    batch.ints(
        LABEL,
        labels.stream()
            .mapToInt(label -> label instanceof PixelLabel.None ? classes : label.row(rows))
            .toArray());
  }

  @Override
  public Manifest manifest() {
    return BlockCopies.with(Manifest.of(this), config.layers());
  }

  @Override
  public TensorSource fromFolder(TensorSource stored) {
    return BlockCopies.without(stored, config.layers());
  }

  @Override
  public TensorSource toFolder(TensorSource weights) {
    return BlockCopies.with(weights, config.layers());
  }

  @Override
  public void writeSettings(Path file) {
    new DitSettings(config, classes).write(file);
  }

  @Override
  public ModelFolder.Component component() {
    return new ModelFolder.Component("diffusers", "DiTTransformer2DModel");
  }
}
