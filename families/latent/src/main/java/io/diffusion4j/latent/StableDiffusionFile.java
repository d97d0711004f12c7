package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.ldm.LdmCheckpoint;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.latent.ConditionalUnet.Level;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Single files of Stable Diffusion, under the names of the original repositories, as folders and
 * back. All settings of the published models are recognised from names and shapes, except what a
 * network of version 2 predicts.
 */
public final class StableDiffusionFile {
  private static final int GROUPS = 32;
  private static final double EPS = 1e-5;
  private static final double SCALING = 0.18215;
  private static final int HEADS = 8;
  private static final int HEAD_WIDTH = 64;
  private static final int SAMPLE = 64;
  private static final int LARGE_SAMPLE = 96;
  private static final String INPAINT = "StableDiffusionInpaintPipeline";

  private StableDiffusionFile() {}

  /**
   * Writes the folder of a single file.
   *
   * @param vocabulary OpenAI's {@code bpe_simple_vocab_16e6.txt.gz}, or the folder of a tokenizer
   * @param settings a model folder with the settings of the networks; empty for published sizes
   * @param predicted what the network predicts; the noise, if it is of version 1
   * @param dtype how floats are stored; empty for the types of the file
   * @param maxShardBytes the maximum size of one file of weights
   * @throws CheckpointException if the file is another model's, or lacks one of the networks
   */
  public static void convert(
      Path file,
      Path vocabulary,
      Optional<Path> settings,
      Optional<Parameterization> predicted,
      Path output,
      Optional<DType> dtype,
      long maxShardBytes) {
    Check.that(
        predicted.stream().allMatch(it -> it != Parameterization.X0), "predicts", "x0", "eps or v");
    try (var single = LdmCheckpoint.open(file)) {
      var unets = required(file, "U-Net", single.unet());
      var autoencoders = required(file, "autoencoder", single.autoencoder());
      var texts = required(file, "text tower", single.text());
      boolean second = single.isVersion2();
      var scheduler =
          settings
              .map(StableDiffusionFolder.NOISE::readIn)
              .map(read -> predicted.map(read::withParameterization).orElse(read))
              .orElseGet(() -> scheduler(file, second, predicted));
      boolean large = scheduler.parameterization() == Parameterization.V;
      var unet =
          settings
              .map(StableDiffusionFolder.DENOISER::readIn)
              .orElseGet(() -> unet(unets, second, large ? LARGE_SAMPLE : SAMPLE));
      Vae vae =
          settings
              .map(StableDiffusionFolder.AUTOENCODER::readIn)
              .orElseGet(() -> autoencoder(autoencoders));
      var text =
          settings.map(StableDiffusionFolder.TEXT::readIn).orElseGet(() -> text(texts, second));
      unet.manifest().differences(unets).requireNone(file);
      vae.manifest().differences(autoencoders).requireNone(file);
      ClipFolders.manifest(text).differences(texts).requireNone(file);
      var words = words(vocabulary, second).withMaxLength(text.positions());

      unet.write(folder(output, StableDiffusionFolder.UNET));
      vae.write(folder(output, StableDiffusionFolder.VAE));
      Path tower = folder(output, StableDiffusionFolder.TEXT_ENCODER);
      ClipFolders.writeConfig(tower, text, words.startId(), words.endId(), words.padId());
      words.save(folder(output, StableDiffusionFolder.WORDS.name()));
      scheduler.write(
          folder(output, StableDiffusionFolder.SCHEDULER).resolve(SchedulerConfig.FILE_NAME));
      write(output, StableDiffusionFolder.UNET, Checkpoint.DIFFUSERS, unets, dtype, maxShardBytes);
      write(
          output,
          StableDiffusionFolder.VAE,
          Checkpoint.DIFFUSERS,
          autoencoders,
          dtype,
          maxShardBytes);
      write(
          output,
          StableDiffusionFolder.TEXT_ENCODER,
          Checkpoint.TRANSFORMERS,
          texts,
          dtype,
          maxShardBytes);
      ModelFolder.write(
          output,
          unet.besideChannels() > 0 ? INPAINT : StableDiffusionFolder.PIPELINE,
          Component.index(StableDiffusionFolder.COMPONENTS));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + output + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes a folder as a single file.
   *
   * @param dtype how floats are stored; empty for the types of the folder
   * @throws CheckpointException if the folder is damaged or has networks without such names
   */
  public static void toSingleFile(Path folder, Path output, Optional<DType> dtype) {
    FolderReport.requireNone(folder, StableDiffusionFolder.report(folder).allFailures());
    try (var unet =
            Checkpoint.open(folder.resolve(StableDiffusionFolder.UNET), Checkpoint.DIFFUSERS);
        var vae = Checkpoint.open(folder.resolve(StableDiffusionFolder.VAE), Checkpoint.DIFFUSERS);
        var text = StableDiffusionFolder.textWeights(folder)) {
      boolean second =
          StableDiffusionFolder.TEXT.readIn(folder).transformer().activation()
              == Transformer.Activation.GELU;
      var single = LdmCheckpoint.of(unet, CurrentNames.of(vae), text, second);
      new SafetensorsWriter().copyAll(single, dtype).write(output);
    }
  }

  private static <T> T required(Path file, String network, Optional<T> found) {
    return found.orElseThrow(
        () ->
            new CheckpointException(
                file, network + ": missing (expected: U-Net, autoencoder and text tower)"));
  }

  private static SchedulerConfig scheduler(
      Path file, boolean second, Optional<Parameterization> predicted) {
    if (second && predicted.isEmpty()) {
      throw new CheckpointException(
          file,
          "predicts: unknown (expected: eps for pictures of 512 pixels, v for those of 768; a file"
              + " of version 2 does not contain it: --predicts, or parameterization in its .yaml)");
    }
    return predicted.orElse(Parameterization.EPS) == Parameterization.V
        ? StableDiffusionConfig.sd21().scheduler()
        : StableDiffusionConfig.sd15().scheduler();
  }

  private static ClipTokenizer words(Path vocabulary, boolean second) throws IOException {
    var words =
        Files.isDirectory(vocabulary)
            ? ClipTokenizer.load(vocabulary)
            : ClipTokenizer.openAi(vocabulary);
    var config = second ? TokenizerConfig.karlo() : TokenizerConfig.clip();
    return new ClipTokenizer(words.vocabulary(), config, TextNormalization.HUGGING_FACE);
  }

  private static Path folder(Path output, String name) throws IOException {
    return Files.createDirectories(output.resolve(name));
  }

  private static void write(
      Path output,
      String component,
      String stem,
      TensorSource tensors,
      Optional<DType> dtype,
      long maxShardBytes) {
    new SafetensorsWriter()
        .copyAll(tensors, dtype)
        .writeSharded(output.resolve(component), stem, maxShardBytes);
  }

  private static int size(TensorSource tensors, String name, int axis) {
    return Math.toIntExact(tensors.shape(name)[axis]);
  }

  private static boolean has(TensorSource tensors, String prefix) {
    return tensors.names().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** Recognises a published U-Net. */
  static ConditionalUnet unet(TensorSource tensors, boolean second, int sample) {
    List<Level> levels = new ArrayList<>();
    int count = 0;
    while (has(tensors, "down_blocks." + count + ".")) {
      count++;
    }
    int text = 0;
    boolean linear = false;
    for (int i = 0; i < count; i++) {
      String down = "down_blocks." + i;
      String up = "up_blocks." + (count - 1 - i);
      int channels = size(tensors, down + ".resnets.0.conv2.weight", 0);
      int layers = 0;
      while (has(tensors, down + ".resnets." + layers + ".")) {
        layers++;
      }
      String attention = up + ".attentions.0.";
      boolean attends = has(tensors, attention);
      if (attends) {
        String block = attention + "transformer_blocks.0.";
        text = size(tensors, block + "attn2.to_k.weight", 1);
        linear = tensors.shape(attention + "proj_in.weight").length == 2;
      }
      levels.add(
          new Level(
              channels,
              layers,
              second ? channels / HEAD_WIDTH : HEADS,
              has(tensors, down + ".attentions."),
              attends,
              false));
    }
    String label = "class_embedding.linear_1.weight";
    return new ConditionalUnet(
        sample,
        size(tensors, "conv_in.weight", 1),
        size(tensors, "conv_out.weight", 0),
        levels,
        has(tensors, "mid_block."),
        text,
        linear,
        GROUPS,
        EPS,
        0,
        tensors.contains(label) ? size(tensors, label, 1) : 0);
  }

  /** Recognises a published autoencoder. */
  private static Vae autoencoder(TensorSource tensors) {
    List<Integer> channels = new ArrayList<>();
    String down = "encoder.down_blocks.";
    while (has(tensors, down + channels.size() + ".")) {
      channels.add(size(tensors, down + channels.size() + ".resnets.0.conv2.weight", 0));
    }
    int layers = 0;
    while (has(tensors, down + "0.resnets." + layers + ".")) {
      layers++;
    }
    return new Vae.Kl(
        new Autoencoder(
            size(tensors, "decoder.conv_in.weight", 1),
            channels,
            layers,
            GROUPS,
            SCALING,
            has(tensors, "quant_conv."),
            has(tensors, "post_quant_conv.")));
  }

  /** Recognises a published text tower. */
  private static ClipTextNetwork text(TensorSource tensors, boolean second) {
    String embeddings = "text_model.embeddings.";
    String layer = "text_model.encoder.layers.";
    int width = size(tensors, embeddings + "token_embedding.weight", 1);
    int layers = 0;
    while (has(tensors, layer + layers + ".")) {
      layers++;
    }
    var transformer =
        new Transformer(
            width,
            size(tensors, layer + "0.mlp.fc1.weight", 0),
            layers,
            Math.max(1, width / HEAD_WIDTH),
            second ? Transformer.Activation.GELU : Transformer.Activation.QUICK_GELU,
            EPS);
    Check.that(layers > 0, "num_hidden_layers", layers, "≥ 1");
    return new ClipTextNetwork(
        transformer,
        size(tensors, embeddings + "token_embedding.weight", 0),
        size(tensors, embeddings + "position_embedding.weight", 0),
        0);
  }
}
