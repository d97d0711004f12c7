package io.diffusion4j.it;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ContrastiveObjective;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderObjective;
import io.diffusion4j.decoder.UpsamplerObjective;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorObjective;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes pipelines of random weights in the published layout. */
final class TinyFolder {
  private static final List<String> COMPONENTS =
      List.of(
          "decoder",
          "decoder_scheduler",
          "image_encoder",
          "prior",
          "prior_scheduler",
          "super_res_first",
          "super_res_last",
          "super_res_scheduler",
          "text_encoder",
          "text_proj",
          "tokenizer");
  private static final Map<String, String> NOTES = Map.of("diffusion4j.weights", "random");

  private TinyFolder() {}

  /** Writes a pipeline with the shapes of {@link EmojiPreset#tiny}. */
  static void write(Path folder) throws IOException {
    write(folder, EmojiPreset.tiny().sizes().of(UnclipPreset.class));
  }

  /** Writes a pipeline with the shapes of a preset. */
  static void write(Path folder, UnclipPreset preset) throws IOException {
    for (String component : COMPONENTS) {
      Files.createDirectories(folder.resolve(component));
    }
    writeClip(folder, preset);
    writePrior(folder, preset);
    writeDecoder(folder, preset);
    writeUpsampler(folder, preset);
    UnclipFolder.writeIndex(folder);
  }

  private static void writeClip(Path folder, UnclipPreset preset) throws IOException {
    var tokenizer =
        new ClipTokenizer(
            BpeTrainer.ofSize(preset.clip().vocabulary())
                .train(Stream.of("a red apple", "a red pizza", "a green apple", "a green frog")),
            TokenizerConfig.karlo().withMaxLength(preset.clip().text().length()),
            TextNormalization.HUGGING_FACE);
    tokenizer.save(folder.resolve("tokenizer"));
    var text = preset.clip().textNetwork(tokenizer.vocabulary().size());
    var weights = random(new ContrastiveObjective(text, preset.vision()), 1);
    ClipFolders.writeText(
        folder.resolve("text_encoder"),
        text,
        tokenizer.startId(),
        tokenizer.endId(),
        tokenizer.padId(),
        weights,
        NOTES);
    ClipFolders.writeVision(folder.resolve("image_encoder"), preset.vision(), weights, NOTES);
  }

  private static void writePrior(Path folder, UnclipPreset preset) {
    float[] mean = new float[preset.priorConfig().embeddingDim()];
    float[] std = new float[preset.priorConfig().embeddingDim()];
    Arrays.fill(std, 0.5f);
    PriorModel.write(
        folder.resolve("prior"),
        preset.priorConfig(),
        random(new PriorObjective(new PriorTransformer(preset.priorConfig())), 2),
        new Standardization(mean, std),
        NOTES);
    SchedulerConfig.unclipPrior()
        .write(folder.resolve("prior_scheduler").resolve(SchedulerConfig.FILE_NAME));
  }

  private static void writeDecoder(Path folder, UnclipPreset preset) {
    var weights =
        random(
            new DecoderObjective(
                preset.decoderConfig(), preset.projection(), preset.clip().text().length()),
            3);
    DecoderFolders.writeBackbone(
        folder.resolve("decoder"),
        preset.decoderConfig(),
        weights.withoutPrefix("decoder."),
        NOTES);
    DecoderFolders.writeProjection(
        folder.resolve("text_proj"),
        preset.projection(),
        weights.withoutPrefix("text_proj."),
        NOTES);
    scheduler(VarianceType.LEARNED_RANGE)
        .write(folder.resolve("decoder_scheduler").resolve(SchedulerConfig.FILE_NAME));
  }

  private static void writeUpsampler(Path folder, UnclipPreset preset) {
    var objective =
        new UpsamplerObjective(new Unet(preset.upsamplerConfig()), preset.upsampler().crop());
    DecoderFolders.writeUpsampler(
        folder.resolve("super_res_first"), preset.upsamplerConfig(), random(objective, 4), NOTES);
    DecoderFolders.writeUpsampler(
        folder.resolve("super_res_last"), preset.upsamplerConfig(), random(objective, 5), NOTES);
    scheduler(VarianceType.FIXED_SMALL)
        .write(folder.resolve("super_res_scheduler").resolve(SchedulerConfig.FILE_NAME));
  }

  /** Random weights for all parameters of an objective. */
  private static TensorSource random(Objective objective, long seed) {
    return RandomWeights.of((nn, inputs) -> List.of(objective.define(nn, inputs).value()), seed);
  }

  private static SchedulerConfig scheduler(VarianceType variance) {
    return SchedulerConfig.unclip(1000, variance, true, 1, Parameterization.X0);
  }
}
