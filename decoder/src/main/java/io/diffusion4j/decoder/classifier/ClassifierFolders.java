package io.diffusion4j.decoder.classifier;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.AdmFolders;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.weights.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * guided-diffusion's classifiers: {@code model.safetensors} with OpenAI's keys, and a {@code
 * config.json} with the arguments of {@code EncoderUNetModel}, {@code _class_name}, and {@code
 * groups} where they are not 32. A published file needs no settings: it is recognised by the names
 * and the shapes of its tensors.
 */
public final class ClassifierFolders {
  /** The class of guided-diffusion. */
  public static final String CLASS = "EncoderUNetModel";

  /** The file with the names of the classes, one per line in the order of their numbers. */
  public static final String CLASSES_FILE = "classes.txt";

  private static final String CONFIG = "config.json";
  private static final int CLASSES = 1000;

  private ClassifierFolders() {}

  /** Returns the networks by the names of their files, without {@code .pt}. */
  public static Map<String, ClassifierConfig> published() {
    Map<String, ClassifierConfig> all = new LinkedHashMap<>();
    all.put("64x64_classifier", network(64, 4, List.of(1.0, 2.0, 3.0, 4.0), 2));
    all.put("128x128_classifier", network(128, 2, List.of(1.0, 1.0, 2.0, 3.0, 4.0), 4));
    all.put("256x256_classifier", network(256, 2, List.of(1.0, 1.0, 2.0, 2.0, 4.0, 4.0), 8));
    all.put("512x512_classifier", network(512, 2, List.of(0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0), 16));
    return all;
  }

  private static ClassifierConfig network(
      int size, int layers, List<Double> channelMult, int firstAttention) {
    var unet =
        UnetConfig.openAi(
            UnetLayout.OPENAI,
            size,
            3,
            ConcatConditioning.NOTHING,
            3,
            128,
            channelMult,
            List.of(firstAttention, 2 * firstAttention, 4 * firstAttention),
            layers,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.ofWidth(64),
            0,
            0,
            32);
    return new ClassifierConfig(unet, CLASSES, Pool.ATTENTION);
  }

  /**
   * Finds the settings of a published file.
   *
   * @throws CheckpointException if the file is none of the published ones; the message lists them
   */
  public static ClassifierConfig recognise(Path origin, TensorSource tensors) {
    return Manifest.recognise(
        origin,
        tensors,
        published(),
        ClassifierFolders::manifest,
        ", or a folder with a config.json");
  }

  /** Returns the expected weights of a classifier. */
  public static Manifest manifest(ClassifierConfig config) {
    return Manifest.of(new ClassifierNetwork(config));
  }

  /** Whether the settings of a folder are those of a classifier. */
  public static boolean isAt(Path folder) {
    Path file = folder.resolve(CONFIG);
    try {
      return Files.isRegularFile(file)
          && ComponentConfig.read(file).className().filter(CLASS::equals).isPresent();
    } catch (CheckpointException e) { // an unreadable file is not a classifier's
      return false;
    }
  }

  /** Reads the settings of a folder; absent fields have the constructor's defaults. */
  public static ClassifierConfig read(Path folder) {
    return read(ComponentConfig.read(folder.resolve(CONFIG)));
  }

  static ClassifierConfig read(ComponentConfig c) {
    c.expectClass(CLASS);
    String word = c.text("pool", Pool.ADAPTIVE.word());
    var pool =
        Arrays.stream(Pool.values())
            .filter(each -> each.word().equals(word))
            .findFirst()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        c.file(),
                        "pool: "
                            + word
                            + " (expected: one of "
                            + String.join(
                                ", ", Arrays.stream(Pool.values()).map(Pool::word).toList())
                            + ")"));
    try {
      var unet =
          AdmFolders.unet(
              c, AdmFolders.layout(c), ConcatConditioning.NOTHING, c.intValue("in_channels"), 0, 0);
      var config = new ClassifierConfig(unet, c.intValue("out_channels"), pool);
      c.refuseUnknown();
      return config;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(c.file(), "no classifier: " + e.getMessage(), e);
    }
  }

  /** Writes the settings of a classifier. */
  public static void writeConfig(Path folder, ClassifierConfig config) {
    AdmFolders.put(ConfigWriter.nested(), config.unet(), config.classes())
        .put("_class_name", CLASS)
        .put("pool", config.pool().word())
        .put("use_new_attention_order", config.unet().layout() == UnetLayout.OPENAI_BY_KIND)
        .write(folder.resolve(CONFIG));
  }

  /**
   * Writes a classifier with bfloat16 weights.
   *
   * @param classes the names of the classes by number, written to {@value #CLASSES_FILE}; empty for
   *     classes without names
   */
  public static void write(
      Path folder,
      ClassifierConfig config,
      List<String> classes,
      TensorSource weights,
      Map<String, String> notes) {
    writeConfig(folder, config);
    if (!classes.isEmpty()) {
      try {
        Files.write(folder.resolve(CLASSES_FILE), classes);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + folder + ": " + e.getMessage(), e);
      }
    }
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, weights, name -> true, notes);
  }

  /**
   * Writes the folder of a file that is published, or that comes with settings.
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
      var config =
          settings.map(ClassifierFolders::read).orElseGet(() -> recognise(file, checkpoint));
      manifest(config).differences(checkpoint).requireNone(file);
      Files.createDirectories(output);
      writeConfig(output, config);
      new SafetensorsWriter()
          .copyAll(checkpoint, dtype)
          .writeSharded(output, Checkpoint.TRANSFORMERS, maxShardBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + output + ": " + e.getMessage(), e);
    }
  }
}
