package io.diffusion4j.cli;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.unclip.RandomPipeline;
import io.diffusion4j.unclip.UnclipConfig;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.nio.file.Path;

/** An unCLIP of the sizes of the preset {@code tiny}, with random weights. */
final class RandomUnclip {
  private RandomUnclip() {}

  /** Writes its folder. */
  static void write(Path folder) {
    var tiny = EmojiPreset.tiny().sizes().of(UnclipPreset.class);
    var config =
        new UnclipConfig(
            tiny.clip().textNetwork(),
            tiny.vision(),
            tiny.priorConfig(),
            tiny.projection(),
            (UnetConfig) tiny.decoderConfig(),
            tiny.upsamplerConfig());
    new RandomPipeline(config).write(folder, DType.F32, 1, component -> {});
  }
}
