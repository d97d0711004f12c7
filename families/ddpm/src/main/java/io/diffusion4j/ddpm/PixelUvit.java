package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.decoder.dit.UvitConfig;
import io.diffusion4j.decoder.dit.UvitSettings;
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

/** A U-ViT: a transformer of x_t, the time and optionally a class, all as tokens. */
public record PixelUvit(UvitSettings settings) implements PixelBackbone {
  private UvitConfig config() {
    return settings.config();
  }

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var config = config();
    int size = config.size();
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, config.channels()));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, config.width()));
    return List.of(config.forward(nn, x, time, label(nn, inputs)));
  }

  private List<Tensor> label(Nn nn, Inputs inputs) {
    int rows = settings.rows();
    return rows == 0
        ? List.of()
        : List.of(
            nn.at("label_emb")
                .embedding(inputs.ints(LABEL), rows, config().width(), Init.normal(1)));
  }

  @Override
  public int height() {
    return config().size();
  }

  @Override
  public int width() {
    return config().size();
  }

  @Override
  public int channels() {
    return config().channels();
  }

  @Override
  public int tokens() {
    int side = width() / config().patch();
    return side * side;
  }

  @Override
  public String folder() {
    return DdpmFolder.TRANSFORMER;
  }

  @Override
  public Labels labels() {
    boolean hasNull = settings.hasNull();
    int rows = settings.rows();
    return rows == 0 ? Labels.NONE : Labels.table(hasNull ? rows - 1 : rows, hasNull);
  }

  @Override
  public PixelUvit withLabels(Labels other) {
    boolean isTable = other.kind() == Labels.Kind.TABLE;
    Check.that(isTable || other.kind() == Labels.Kind.NONE, "classes", other, "a table");
    return new PixelUvit(new UvitSettings(config(), isTable ? other.rows() : 0, other.hasNull()));
  }

  @Override
  public Optional<Sinusoid> sinusoid() {
    return Optional.of(config().sinusoid());
  }

  @Override
  public void writeSettings(Path file) {
    settings.write(file);
  }

  @Override
  public ModelFolder.Component component() {
    return new ModelFolder.Component("diffusion4j", UvitSettings.CLASS);
  }
}
