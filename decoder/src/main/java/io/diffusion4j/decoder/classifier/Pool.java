package io.diffusion4j.decoder.classifier;

import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The reduction of the features of all positions to one vector in a classifier: {@code pool}. */
public enum Pool {
  /** Attention of the mean to all positions, as in CLIP's ResNets. */
  ATTENTION {
    @Override
    Tensor logits(Nn nn, UnetConfig unet, Unet.Encoded encoded, int classes) {
      var h = normed(nn, unet, encoded.middle());
      long channels = h.last();
      long positions = h.size(1) * h.size(2);
      var x = nn.reshape(h, -1, positions, channels);
      var mean = nn.reshape(nn.input(nn.mean(nn.output(x), 1)), -1, 1, channels);
      var tokens = nn.concat(1, List.of(mean, x));
      var out = nn.at("out.2");
      Init small = Init.normal(1 / Math.sqrt((double) channels));
      tokens =
          nn.add(
              tokens,
              out.learnedTransposed("positional_embedding", small, positions + 1, channels));
      var packed = out.at("qkv_proj").pointwise(tokens, 3 * channels, Init.FAN_IN);
      var qkv = nn.unpack(packed, 3, 1);
      var first = nn.slice(qkv.get(0), 1, 0, 1);
      int heads = unet.heads().down((int) channels);
      var mixed = nn.attention(first, qkv.get(1), qkv.get(2), heads, List.of());
      return nn.reshape(out.at("c_proj").pointwise(mixed, classes, Init.FAN_IN), -1, classes);
    }
  },
  /** The mean over all positions. */
  ADAPTIVE {
    @Override
    Tensor logits(Nn nn, UnetConfig unet, Unet.Encoded encoded, int classes) {
      var h = mean(nn, normed(nn, unet, encoded.middle()));
      var pixel = nn.reshape(h, -1, 1, 1, h.last());
      return nn.reshape(nn.at("out.3").conv2d(pixel, classes, 1, 1, Init.ZEROS), -1, classes);
    }
  },
  /** The means of the outputs of all blocks, and two dense layers. */
  SPATIAL {
    @Override
    Tensor logits(Nn nn, UnetConfig unet, Unet.Encoded encoded, int classes) {
      var h = nn.relu(nn.at("out.0").linear(means(nn, encoded), HIDDEN));
      return nn.at("out.2").linear(h, classes);
    }
  },
  /** The means and layers of {@link #SPATIAL}, with a normalisation between the two layers. */
  SPATIAL_V2 {
    @Override
    Tensor logits(Nn nn, UnetConfig unet, Unet.Encoded encoded, int classes) {
      var h = nn.reshape(nn.at("out.0").linear(means(nn, encoded), HIDDEN), -1, 1, 1, HIDDEN);
      h = nn.at("out.1").groupNormSilu(h, unet.groups(), unet.eps());
      return nn.at("out.3").linear(nn.reshape(h, -1, HIDDEN), classes);
    }
  };

  /** Width of the layer between the means and the logits. */
  static final int HIDDEN = 2048;

  /** Returns the name in a {@code config.json}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reduces the features of a U-Net's way down to logits {@code [B, classes]}. */
  abstract Tensor logits(Nn nn, UnetConfig unet, Unet.Encoded encoded, int classes);

  private static Tensor normed(Nn nn, UnetConfig unet, Tensor x) {
    return nn.at("out.0").groupNormSilu(x, unet.groups(), unet.eps());
  }

  /** {@code [B, H, W, C] → [B, C]}. */
  private static Tensor mean(Nn nn, Tensor x) {
    var positions = nn.reshape(x, -1, x.size(1) * x.size(2), x.last());
    return nn.input(nn.mean(nn.output(positions), 1));
  }

  private static Tensor means(Nn nn, Unet.Encoded encoded) {
    List<Tensor> all = new ArrayList<>(encoded.down());
    all.add(encoded.middle());
    return nn.concat(1, all.stream().map(x -> mean(nn, x)).toList());
  }
}
