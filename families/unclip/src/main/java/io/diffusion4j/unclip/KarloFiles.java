package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.OpenAiFile;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.prior.PriorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Karlo's own files: the prior, the decoder, both upsamplers in one, OpenAI's CLIP, and the mean
 * and the deviation of its image embeddings. Each file is recognised by its keys.
 *
 * @param config the shapes of the networks, {@link UnclipConfig#karlo} for the published ones
 */
public record KarloFiles(UnclipConfig config) {
  /** A kind of file, and the key by which it is recognised. */
  private enum Kind {
    PRIOR("model.prd_emb"),
    DECODER("model.clip_tok_proj.weight"),
    UPSAMPLERS("model_first_steps.input_blocks.0.0.weight"),
    CLIP("visual.conv1.weight"),
    STATISTICS("1");

    private final String key;

    Kind(String key) {
      this.key = key;
    }
  }

  private static final String FIRST = "model_first_steps.";
  private static final String LAST = "model_last_step.";

  /**
   * Writes a folder that diffusers' {@code UnCLIPPipeline} opens; it contains the image encoder
   * too.
   *
   * @param files the five files, in any order
   * @param vocabulary {@code bpe_simple_vocab_16e6.txt.gz} of OpenAI, or the folder of a tokenizer
   * @param dtype how floats are stored; empty to keep their type
   * @param maxShardBytes maximum size of one file of weights
   * @throws IllegalArgumentException if one of the files is missing, or there are two of a kind
   * @throws CheckpointException if the tensors of a file are not Karlo's
   * @throws UncheckedIOException if a file cannot be read or written
   */
  public void convert(
      List<Path> files, Path vocabulary, Path output, Optional<DType> dtype, long maxShardBytes) {
    List<Checkpoint> open = new ArrayList<>();
    try {
      Map<Kind, Checkpoint> byKind = new EnumMap<>(Kind.class);
      for (Path file : files) {
        var checkpoint = Checkpoint.open(file);
        open.add(checkpoint);
        Checkpoint other = byKind.put(kind(file, checkpoint), checkpoint);
        Check.that(other == null, "file", file, "one of each kind; %s is of the same", other);
      }
      for (Kind kind : Kind.values()) {
        Check.that(
            byKind.containsKey(kind), "files", files, "one with %s, for the %s", kind.key, kind);
      }
      new Output(output, dtype, maxShardBytes).write(config, byKind, vocabulary);
    } finally {
      open.forEach(Checkpoint::close);
    }
  }

  private static Kind kind(Path file, TensorSource tensors) {
    for (Kind kind : Kind.values()) {
      if (tensors.contains(kind.key)) {
        return kind;
      }
    }
    throw new CheckpointException(
        file, "none of Karlo's files: no prior, decoder, upsamplers," + " CLIP or statistics");
  }

  /** The destination of a pipeline, and how its weights are stored. */
  private record Output(Path folder, Optional<DType> dtype, long maxShardBytes) {
    void write(UnclipConfig config, Map<Kind, Checkpoint> files, Path vocabulary) {
      try {
        clip(of(files, Kind.CLIP), vocabulary);
        var prior = of(files, Kind.PRIOR);
        var statistics = of(files, Kind.STATISTICS);
        Path priorFolder = component(UnclipFolder.PRIOR);
        PriorModel.writeConfig(priorFolder, config.prior());
        var manifest = PriorModel.manifest(config.prior());
        weights(
            priorFolder,
            KarloKeys.prior(prior.path(), prior, config.prior(), manifest)
                .shaped(PriorModel.MEAN, statistics, "0", 1, config.prior().embeddingDim())
                .shaped(PriorModel.STD, statistics, "1", 1, config.prior().embeddingDim()));

        var decoder = of(files, Kind.DECODER);
        Path projection = component(UnclipFolder.TEXT_PROJ);
        DecoderFolders.writeProjectionConfig(projection, config.projection());
        weights(
            projection,
            KarloKeys.projection(
                decoder.path(), decoder, DecoderModel.manifest(config.projection())));
        Path decoderFolder = component(UnclipFolder.DECODER);
        DecoderFolders.writeBackboneConfig(decoderFolder, config.decoder());
        weights(
            decoderFolder,
            KarloKeys.unet(
                decoder.path(),
                decoder,
                "model.",
                config.decoder(),
                DecoderModel.manifest(config.decoder())));

        var upsamplers = of(files, Kind.UPSAMPLERS);
        upsampler(UnclipFolder.SUPER_RES_FIRST, FIRST, upsamplers, config);
        upsampler(UnclipFolder.SUPER_RES_LAST, LAST, upsamplers, config);
        scheduler(UnclipFolder.PRIOR_SCHEDULER, SchedulerConfig.unclipPrior());
        scheduler(UnclipFolder.DECODER_SCHEDULER, SchedulerConfig.unclipDecoder());
        scheduler(UnclipFolder.SUPER_RES_SCHEDULER, SchedulerConfig.unclipUpsampler());
        UnclipFolder.writeIndex(folder);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + folder + ": " + e.getMessage(), e);
      }
    }

    private static Checkpoint of(Map<Kind, Checkpoint> files, Kind kind) {
      return Optional.ofNullable(files.get(kind)).orElseThrow();
    }

    private void clip(Checkpoint file, Path vocabulary) throws IOException {
      var clip = OpenAiFile.of(file.path(), file);
      var words =
          Files.isDirectory(vocabulary)
              ? ClipTokenizer.load(vocabulary)
              : ClipTokenizer.openAi(vocabulary);
      var tokenizer = clip.network().text().fitted(words);
      tokenizer.save(component(UnclipFolder.TOKENIZER));
      Path text = component(UnclipFolder.TEXT_ENCODER);
      ClipFolders.writeConfig(
          text, clip.network().text(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
      weights(text, Checkpoint.TRANSFORMERS, clip.tower(true));
      Path image = component(UnclipFolder.IMAGE_ENCODER);
      ClipFolders.writeConfig(image, clip.network().vision());
      weights(image, Checkpoint.TRANSFORMERS, clip.tower(false));
      ClipPreprocessor.clip(clip.network().vision().imageSize())
          .save(component(UnclipFolder.FEATURE_EXTRACTOR).resolve(UnclipFolder.PREPROCESSOR));
    }

    private void upsampler(String name, String prefix, Checkpoint file, UnclipConfig config)
        throws IOException {
      Path own = component(name);
      DecoderFolders.writeUpsamplerConfig(own, config.upsampler());
      weights(
          own,
          KarloKeys.unet(
              file.path(),
              file,
              prefix,
              config.upsampler(),
              UpsamplerModel.manifest(config.upsampler())));
    }

    private void scheduler(String name, SchedulerConfig scheduler) throws IOException {
      scheduler.write(component(name).resolve(SchedulerConfig.FILE_NAME));
    }

    private Path component(String name) throws IOException {
      return Files.createDirectories(folder.resolve(name));
    }

    private void weights(Path component, TensorSource tensors) {
      weights(component, Checkpoint.DIFFUSERS, tensors);
    }

    private void weights(Path component, String baseName, TensorSource tensors) {
      new SafetensorsWriter()
          .notes(tensors.metadata())
          .copyAll(tensors, dtype)
          .writeSharded(component, baseName, maxShardBytes);
    }
  }
}
