package io.diffusion4j.decoder.unet;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.nn.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of guided-diffusion, as its README lists them with the flags of their networks
 * (Dhariwal and Nichol 2021). A file is recognised by the names and the shapes of its tensors.
 */
public final class AdmFile {
  private static final int CLASSES = 1000;
  private static final Heads WIDE = Heads.ofWidth(64);
  private static final Heads FOUR = Heads.of(4, 4);
  private static final List<Double> DEEP = List.of(1.0, 1.0, 2.0, 2.0, 4.0, 4.0);

  private AdmFile() {}

  /** Returns the networks by the names of their files, without {@code .pt}. */
  public static Map<String, UnetConfig> published() {
    Map<String, UnetConfig> all = new LinkedHashMap<>();
    all.put(
        "64x64_diffusion",
        network(
            64,
            ConcatConditioning.NOTHING,
            192,
            List.of(1.0, 2.0, 3.0, 4.0),
            List.of(2, 4, 8),
            3,
            WIDE,
            UnetLayout.OPENAI_BY_KIND,
            CLASSES));
    all.put(
        "128x128_diffusion",
        network(
            128,
            ConcatConditioning.NOTHING,
            256,
            List.of(1.0, 1.0, 2.0, 3.0, 4.0),
            List.of(4, 8, 16),
            2,
            FOUR,
            UnetLayout.OPENAI,
            CLASSES));
    all.put("256x256_diffusion", of256(CLASSES));
    all.put("256x256_diffusion_uncond", of256(0));
    all.put(
        "512x512_diffusion",
        network(
            512,
            ConcatConditioning.NOTHING,
            256,
            List.of(0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0),
            List.of(16, 32, 64),
            2,
            WIDE,
            UnetLayout.OPENAI,
            CLASSES));
    all.put(
        "64_256_upsampler",
        network(
            256,
            ConcatConditioning.LOW,
            192,
            DEEP,
            List.of(8, 16, 32),
            2,
            FOUR,
            UnetLayout.OPENAI,
            CLASSES));
    all.put(
        "128_512_upsampler",
        network(
            512,
            ConcatConditioning.LOW,
            192,
            DEEP,
            List.of(16, 32),
            2,
            WIDE,
            UnetLayout.OPENAI,
            CLASSES));
    return all;
  }

  private static UnetConfig of256(int classes) {
    return network(
        256,
        ConcatConditioning.NOTHING,
        256,
        DEEP,
        List.of(8, 16, 32),
        2,
        WIDE,
        UnetLayout.OPENAI,
        classes);
  }

  private static UnetConfig network(
      int size,
      ConcatConditioning beside,
      int channels,
      List<Double> channelMult,
      List<Integer> attention,
      int layers,
      Heads heads,
      UnetLayout qkvOrder,
      int classes) {
    return UnetConfig.openAi(
        qkvOrder,
        size,
        3,
        beside,
        6,
        channels,
        channelMult,
        attention,
        layers,
        LevelChange.RESIDUAL_BLOCK,
        TimeConditioning.SCALE_SHIFT,
        heads,
        classes,
        0,
        32);
  }

  /**
   * Finds the settings of a published file.
   *
   * @throws CheckpointException if the file is none of the published ones; the message lists them
   */
  public static UnetConfig recognise(Path origin, TensorSource tensors) {
    return Manifest.recognise(
        origin, tensors, published(), AdmFile::manifest, ", or the settings beside it");
  }

  private static Manifest manifest(UnetConfig config) {
    return Manifest.of(new UnetNetwork(config));
  }

  /**
   * Writes a folder in the layout of {@link AdmFolders}.
   *
   * @param settings the folder with the {@code config.json} of a network that is not published;
   *     empty for a published network
   * @param dtype how floats are stored; empty to keep their type
   * @param maxShardBytes maximum size of one file of weights
   * @throws CheckpointException if the tensors are not those of the network
   */
  public static void convert(
      Path file, Optional<Path> settings, Path output, Optional<DType> dtype, long maxShardBytes) {
    try (var checkpoint = Checkpoint.open(file)) {
      UnetConfig config =
          settings.map(AdmFolders::read).orElseGet(() -> recognise(file, checkpoint));
      manifest(config).differences(checkpoint).requireNone(file);
      Files.createDirectories(output);
      AdmFolders.writeConfig(output, config);
      new SafetensorsWriter()
          .copyAll(checkpoint, dtype)
          .writeSharded(output, Checkpoint.TRANSFORMERS, maxShardBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + output + ": " + e.getMessage(), e);
    }
  }
}
