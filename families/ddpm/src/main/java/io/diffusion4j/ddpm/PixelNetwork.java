package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.decoder.unet.UnetSettings;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** diffusers' {@code UNet2DModel}: a U-Net of x_t, the time, and optionally a class. */
public record PixelNetwork(UnetConfig config) implements PixelBackbone {
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    return new UnetNetwork(config).define(nn, inputs);
  }

  @Override
  public int height() {
    return config.height();
  }

  @Override
  public int width() {
    return config.width();
  }

  @Override
  public int channels() {
    return config.inChannels();
  }

  @Override
  public boolean canReuse() {
    return true;
  }

  @Override
  public Labels labels() {
    return config.labels();
  }

  @Override
  public PixelNetwork withLabels(Labels other) {
    return new PixelNetwork(config.withLabels(other));
  }

  @Override
  public Optional<Sinusoid> sinusoid() {
    return config.time().learned() > 0 ? Optional.empty() : Optional.of(config.sinusoid());
  }

  @Override
  public void writeSettings(Path file) {
    UnetSettings.PIXELS.put(config).write(file);
  }

  @Override
  public ModelFolder.Component component() {
    return new ModelFolder.Component("diffusers", UnetSettings.PIXELS.className());
  }

  @Override
  public float[] embedded(double t) {
    int learned = config.time().learned();
    if (learned == 0) {
      return config.sinusoid(t);
    }
    float[] row = new float[learned];
    row[(int) Math.max(0, Math.min(learned - 1L, Math.round(t)))] = 1;
    return row;
  }

  @Override
  public void feed(Batch batch, List<PixelLabel> labels) {
    switch (labels().kind()) {
      case NONE, TABLE -> PixelBackbone.super.feed(batch, labels);
      case TIMESTEP ->
          batch.floats(
              LABEL,
              Rows.stack(
                  labels.stream().map(label -> config.sinusoid(label.row(labels()))).toList()));
      case VECTOR -> batch.floats(LABEL, Rows.stack(labels.stream().map(this::vector).toList()));
    }
  }

  private float[] vector(PixelLabel label) {
    if (!(label instanceof PixelLabel.Vector vector)) {
      throw Check.refusal("label", label, "a vector");
    }
    Check.length("label", vector.values().length, config.timeEmbedDim());
    return vector.values();
  }

  /** Attention may have its names from before 2023. */
  @Override
  public TensorSource fromFolder(TensorSource stored) {
    return CurrentNames.of(stored);
  }
}
