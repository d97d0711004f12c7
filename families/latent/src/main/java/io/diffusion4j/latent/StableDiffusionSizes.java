package io.diffusion4j.latent;

import static io.diffusion4j.training.DenoiserSizes.checkAttention;
import static io.diffusion4j.training.DenoiserSizes.checkUnet;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.Preset.Schedule;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sections of a preset for latent diffusion.
 *
 * @param latentVae the autoencoder; null if there is none
 * @param latent the U-Net on its latents; null if there is none
 */
public record StableDiffusionSizes(@Nullable LatentVae latentVae, @Nullable LatentUnet latent) {
  private static final double EPS = 1e-5;

  /**
   * Returns the sizes of a preset's autoencoder.
   *
   * @throws IllegalArgumentException if it has none
   */
  static LatentVae vae(Preset preset) {
    return required(preset, preset.of(StableDiffusionSizes.class).latentVae(), "latent-vae");
  }

  /**
   * Returns the sizes of a preset's U-Net.
   *
   * @throws IllegalArgumentException if it has none
   */
  static LatentUnet unet(Preset preset) {
    return required(preset, preset.of(StableDiffusionSizes.class).latent(), "latent");
  }

  private static <T> T required(Preset preset, @Nullable T sizes, String section) {
    if (sizes == null) {
      throw Check.refusal("preset", preset.name(), "one with sizes of %s", section);
    }
    return sizes;
  }

  /**
   * The autoencoder, whose latents are 2^(levels − 1) times smaller than its pictures.
   *
   * @param size height and width of the pictures that it is trained on
   * @param channels the channels of each level, from the highest resolution down
   * @param layers residual blocks per level of the encoder; the decoder has one more
   * @param groups the number of groups of the group normalisations
   * @param latentChannels the channels of a latent
   * @param statistics the number of pictures whose latents are measured for the scaling factor
   * @param training how it is trained
   */
  public record LatentVae(
      int size,
      List<Integer> channels,
      int layers,
      int groups,
      int latentChannels,
      int statistics,
      Schedule training) {
    public LatentVae {
      channels = List.copyOf(channels);
      var faults = new Faults();
      checkUnet(faults, size, channels, layers, groups);
      faults
          .require(latentChannels >= 1, "latent-channels", latentChannels, "≥ 1")
          .require(statistics >= 1, "statistics", statistics, "≥ 1")
          .throwIfAny();
    }

    /** Returns its shape, with a scaling factor that is measured after the training. */
    Autoencoder shape() {
      return new Autoencoder(latentChannels, channels, layers, groups, 1, true, true);
    }
  }

  /**
   * The U-Net on latents, whose other sizes are those of the model's autoencoder and text tower.
   *
   * @param size height and width of the pictures whose latents it is trained on
   * @param channels the channels of each level, from the highest resolution down
   * @param attention whether the residual blocks of each level are followed by transformers
   * @param layers residual blocks per level on the way down; one more on the way up
   * @param headWidth channels of an attention head
   * @param groups the number of groups of the group normalisations
   * @param training how it is trained
   */
  public record LatentUnet(
      int size,
      List<Integer> channels,
      List<Boolean> attention,
      int layers,
      int headWidth,
      int groups,
      Schedule training) {
    public LatentUnet {
      channels = List.copyOf(channels);
      attention = List.copyOf(attention);
      var faults = new Faults();
      checkUnet(faults, size, channels, layers, groups);
      checkAttention(faults, channels, attention, headWidth);
      faults.throwIfAny();
    }

    /**
     * Returns the network for latents of an autoencoder and the states of a text tower.
     *
     * @param contextDim the width of the states
     */
    ConditionalUnet shape(Vae vae, int contextDim) {
      Check.that(
          size % vae.factor() == 0,
          "latent.size",
          size,
          "a multiple of the autoencoder's factor %s",
          vae.factor());
      var levels =
          IntStream.range(0, channels.size())
              .mapToObj(
                  i -> {
                    int width = channels.get(i);
                    boolean attends = attention.get(i);
                    int heads = Math.max(1, width / headWidth);
                    return new ConditionalUnet.Level(width, layers, heads, attends, attends, false);
                  })
              .toList();
      int z = vae.latentChannels();
      return new ConditionalUnet(
          size / vae.factor(), z, z, levels, true, contextDim, false, groups, EPS, 0, 0);
    }
  }
}
