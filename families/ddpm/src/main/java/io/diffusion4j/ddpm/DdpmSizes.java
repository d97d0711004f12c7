package io.diffusion4j.ddpm;

import static io.diffusion4j.training.DenoiserSizes.checkAttention;
import static io.diffusion4j.training.DenoiserSizes.checkBackbone;
import static io.diffusion4j.training.DenoiserSizes.checkUnet;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.decoder.classifier.ClassifierConfig;
import io.diffusion4j.decoder.classifier.Pool;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.Preset.Architecture;
import io.diffusion4j.training.Preset.Dit;
import io.diffusion4j.training.Preset.Schedule;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of an unconditional model of pixels, and the length and learning rate of its training.
 *
 * @param size height and width of its pictures
 * @param channels the channels of each level, from the highest resolution down
 * @param attention whether the residual blocks of each level are followed by attention
 * @param layers residual blocks per level on the way down; one more on the way up
 * @param headWidth channels of an attention head
 * @param groups the number of groups of the group normalisations
 * @param training how it is trained
 * @param backbone which of the networks it is; null for the U-Net
 * @param dit the sizes of a DiT, in place of those of the U-Net's levels; null if there are none
 */
public record DdpmSizes(
    int size,
    List<Integer> channels,
    List<Boolean> attention,
    int layers,
    int headWidth,
    int groups,
    Schedule training,
    @Nullable Architecture backbone,
    @Nullable Dit dit) {
  private static final int RGB = 3;
  private static final double EPS = 1e-5;

  public DdpmSizes {
    channels = List.copyOf(channels);
    attention = List.copyOf(attention);
    var faults = new Faults();
    checkUnet(faults, size, channels, layers, groups);
    checkAttention(faults, channels, attention, headWidth);
    checkBackbone(faults, size, backbone, dit);
    faults.throwIfAny();
  }

  /**
   * The sections of a preset.
   *
   * @param ddpm null if there is none
   */
  public record Sections(@Nullable DdpmSizes ddpm) {}

  /**
   * Returns the sizes of a preset.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static DdpmSizes of(Preset preset) {
    DdpmSizes own = preset.of(Sections.class).ddpm();
    if (own == null) {
      throw Check.refusal("preset", preset.name(), "one with sizes of ddpm");
    }
    return own;
  }

  /** Returns the network of the model. */
  public PixelBackbone network() {
    return backbone == Architecture.DIT ? new PixelDit(ditConfig(), 0) : new PixelNetwork(unet());
  }

  /** Returns the layers of a plugin, with the sizes of the network. */
  PixelBackbone plugin(NamedBackbone.Requested layers) {
    Backbone like = backbone == Architecture.DIT ? ditConfig() : unet();
    return new PixelPlugin(layers.like(like), Labels.NONE);
  }

  private UnetConfig unet() {
    return new UnetConfig(
            size,
            RGB,
            RGB,
            channels,
            attention,
            true,
            layers,
            headWidth,
            0,
            groups,
            EPS,
            TimeConditioning.ADD)
        .withChange(LevelChange.CONVOLUTION);
  }

  private DitConfig ditConfig() {
    var own = Objects.requireNonNull(dit, "dit"); // the compact constructor checks it
    return DitConfig.of(size, own.patch(), own.layers(), own.width(), own.heads());
  }

  /**
   * Returns a classifier of noised pictures: the encoder half of a U-Net with the sizes of the
   * unconditional model.
   */
  public ClassifierConfig classifier(int classes) {
    int width = channels.get(0);
    var unet =
        UnetConfig.openAi(
            UnetLayout.OPENAI_BY_KIND,
            size,
            RGB,
            ConcatConditioning.NOTHING,
            RGB,
            width,
            channels.stream().map(c -> Math.nextUp((double) c / width)).toList(),
            IntStream.range(0, channels.size())
                .filter(attention::get)
                .mapToObj(level -> 1 << level)
                .toList(),
            layers,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.ofWidth(headWidth),
            0,
            0,
            groups);
    return new ClassifierConfig(unet, classes, Pool.ATTENTION);
  }
}
