package io.diffusion4j.decoder.classifier;

import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.List;

/**
 * A classifier of noised images: the way down of an ADM U-Net, and a {@link Pool}, with
 * guided-diffusion's keys.
 */
public record ClassifierNetwork(ClassifierConfig config) implements NetworkDefinition {
  /** Input {@code []} of {@link #judging}: the class in question. */
  public static final String LABEL = "label";

  /** Defines the network. Output: the logits {@code [B, classes]}. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var unet = config.unet();
    int size = unet.sampleSize();
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, unet.imageChannels()));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, unet.timeChannels()));
    var encoded = new Unet(unet).encode(nn, x, time, List.of(), List.of());
    return List.of(nn.output(config.pool().logits(nn, unet, encoded, config.classes())));
  }

  /**
   * Returns the network with the label as another input. Outputs: log p(y | x_t) {@code [B]}, the
   * logits.
   */
  public NetworkDefinition judging() {
    return new Judging(this);
  }

  private record Judging(ClassifierNetwork network) implements NetworkDefinition {
    @Override
    public List<Tensor> define(Nn nn, Inputs inputs) {
      var logits = network.define(nn, inputs).get(0);
      var right = network.right(nn, inputs, logits);
      return List.of(nn.subtract(right, nn.reduce(Statistic.LOG_SUM_EXP, logits, 1)), logits);
    }
  }

  /** Returns the logit of the label, {@code [B]}. */
  Tensor right(Nn nn, Inputs inputs, Tensor logits) {
    var chosen = nn.oneHot(inputs.ints(LABEL), config.classes());
    return nn.sum(nn.multiply(logits, chosen), 1);
  }
}
