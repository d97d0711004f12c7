package io.diffusion4j.glide;

import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.nn.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A folder of tiny random networks: images of 8×8 and 16×16 pixels. */
final class TinyGlide {
  static final int SMALL = 8;
  static final int LARGE = 16;
  private static final Vocabulary VOCABULARY = Vocabulary.inGpt2Order(List.of());
  private static final int TEXT_LENGTH = 10;

  private TinyGlide() {}

  static GlideConfig config(int size, ConcatConditioning beside) {
    return new GlideConfig(
        UnetConfig.openAi(
            UnetLayout.OPENAI,
            size,
            3,
            beside,
            6,
            16,
            List.of(1.0, 2.0),
            List.of(2),
            1,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.of(2, 4),
            0,
            24,
            4),
        GlideConfig.transformer(24, 1, 3),
        VOCABULARY.size(),
        TEXT_LENGTH);
  }

  static void write(Path folder, GlideConfig config) throws IOException {
    Files.createDirectories(folder);
    var weights = RandomWeights.of(GlideFolders.manifest(config), 1);
    GlideFolders.write(folder, config, weights, Map.of());
  }

  static void write(Path folder, ConcatConditioning base, ConcatConditioning upsampler)
      throws IOException {
    write(folder.resolve(GlideNetworks.BASE), config(SMALL, base));
    write(folder.resolve(GlideNetworks.UPSAMPLE), config(LARGE, upsampler));
    Path tokenizer = Files.createDirectories(folder.resolve(GlideNetworks.TOKENIZER));
    var json = new StringBuilder("{");
    for (int id = 0; id < VOCABULARY.size(); id++) {
      String symbol = VOCABULARY.symbols().get(id).replace("\\", "\\\\").replace("\"", "\\\"");
      json.append(id == 0 ? "" : ", ").append('"').append(symbol).append("\": ").append(id);
    }
    Files.writeString(tokenizer.resolve("vocab.json"), json + "}");
    Files.writeString(tokenizer.resolve("merges.txt"), "#version: 0.2\n");
  }
}
