package io.diffusion4j.local;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.prior.DiffusionPrior;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a pipeline folder says of itself.
 *
 * @param folder the folder
 * @param name the preset that it was trained from, or {@value #NAMELESS}
 * @param license as its card says, or {@value #UNKNOWN_LICENSE}
 * @param decoderSize height and width of what the decoder draws
 * @param imageSize height and width of the images
 * @param schedulers how each stage denoises
 */
public record ModelFacts(
    Path folder,
    String name,
    String license,
    int decoderSize,
    int imageSize,
    Map<String, UnclipSchedulerConfig> schedulers) {
  /** The name of a model that does not say where it comes from. */
  public static final String NAMELESS = "unclip";

  /** What SPDX says where nothing is said. */
  public static final String UNKNOWN_LICENSE = "NOASSERTION";

  private static final String CARD = "README.md";
  private static final String PRESET = "diffusion4j.preset";
  private static final String STEPS = "diffusion4j.steps";

  public ModelFacts {
    schedulers = Map.copyOf(schedulers);
  }

  /** Whether it was trained from a preset; else it is a published model, or like one. */
  public boolean isOurs() {
    return !name.equals(NAMELESS);
  }

  /** How many timesteps a stage was trained with: the most it can take. */
  public int trainSteps(String stage) {
    return scheduler(stage).trainTimesteps();
  }

  /** How a stage denoises. */
  public UnclipSchedulerConfig scheduler(String stage) {
    UnclipSchedulerConfig scheduler = schedulers.get(stage);
    if (scheduler == null) {
      throw new IllegalArgumentException(
          "stage: " + stage + " (expected: one of " + schedulers.keySet() + ")");
    }
    return scheduler;
  }

  /**
   * Reads a folder.
   *
   * @param imageSize as loaded
   */
  public static ModelFacts of(Path folder, int imageSize) {
    ModelFolder model = ModelFolder.open(folder);
    Map<String, UnclipSchedulerConfig> schedulers = new LinkedHashMap<>();
    for (String stage :
        List.of(DiffusionPrior.STAGE, DiffusionDecoder.STAGE, DiffusionUpsampler.STAGE)) {
      String scheduler = stage + "_scheduler";
      // A pipeline for variations has no prior; then nobody asks for its steps.
      schedulers.put(
          stage, model.has(scheduler) ? model.scheduler(scheduler) : UnclipSchedulerConfig.prior());
    }
    try (var decoder = model.checkpoint("decoder")) {
      String preset = decoder.metadata().getOrDefault(PRESET, NAMELESS);
      int size = DecoderFolders.readUnet(model.folder("decoder")).sampleSize();
      String license =
          FrontMatter.of(folder.resolve(CARD)).getOrDefault("license", UNKNOWN_LICENSE);
      return new ModelFacts(folder, preset, license, size, imageSize, schedulers);
    }
  }

  /** How many steps the decoder of a folder was trained, if it says so. */
  public static OptionalLong trainingSteps(Path folder) {
    try (var decoder = ModelFolder.open(folder).checkpoint("decoder")) {
      String steps = decoder.metadata().getOrDefault(STEPS, "");
      return steps.matches("[0-9]{1,18}")
          ? OptionalLong.of(Long.parseLong(steps))
          : OptionalLong.empty();
    }
  }

  /** The digest of its folder, with the diffusion prior. */
  public String digest() {
    return digest(folder, PriorChoice.DIFFUSION);
  }

  /**
   * The digest of the files of a folder that decide what is drawn, as {@code sha256:} and 64
   * hexadecimal digits; the same for a copy elsewhere. Reads all of them: names and contents of
   * weights, settings and vocabularies, in the order of their names.
   *
   * @param prior the other prior's files decide nothing
   */
  public static String digest(Path folder, PriorChoice prior) {
    MessageDigest sha256 = sha256();
    try (Stream<Path> walk = Files.walk(folder);
        var sink = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      List<Path> files =
          walk.filter(Files::isRegularFile)
              .map(folder::relativize)
              .filter(ModelFacts::decidesWhatIsDrawn)
              .filter(file -> !prior.passesOver(file.getName(0).toString()))
              .sorted()
              .toList();
      for (Path file : files) {
        sink.write(file.toString().replace('\\', '/').getBytes(StandardCharsets.UTF_8));
        sink.write(0);
        Files.copy(folder.resolve(file), sink);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
    return "sha256:" + HexFormat.of().formatHex(sha256.digest());
  }

  private static boolean decidesWhatIsDrawn(Path file) {
    return file.getNameCount() == 2 // a file of a component
        && Stream.of(".safetensors", ".json", ".txt").anyMatch(file.toString()::endsWith);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
