package io.diffusion4j.filters;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The published safety checker of Stable Diffusion, as diffusers saves it in the folder {@code
 * safety_checker}: CLIP's image tower, and embeddings of concepts with a weight each.
 *
 * <p>Thread-safe; holds native memory until it is closed.
 */
public final class SafetyChecker implements ImageFilter, AutoCloseable {
  private static final String CLASS = "StableDiffusionSafetyChecker";
  private static final String CONCEPTS = "concept_embeds";
  private static final String SPECIAL_CARE = "special_care_embeds";
  private static final String WEIGHTS = "_weights";

  /** The prefix of the tower's tensors. */
  private static final String TOWER = "vision_model.";

  private static final String PREPROCESSOR = "preprocessor_config.json";

  private final Settings settings;
  private final ClipImageModel tower;
  private final SafetyScores scores;

  /**
   * The use of the scores.
   *
   * @param name the name of the filter
   * @param digest identifies the settings and the weights; may be empty
   * @param threshold 0 as published; a larger one refuses less
   * @param lenient the threshold of requests with low moderation, at least {@code threshold}
   */
  public record Settings(String name, String digest, double threshold, double lenient) {
    public Settings {
      Check.that(Double.isFinite(threshold), "threshold", threshold, "a number; 0 as published");
      Check.that(
          lenient >= threshold && Double.isFinite(lenient),
          "low-threshold",
          lenient,
          "a number ≥ %s, the threshold",
          threshold);
    }
  }

  private SafetyChecker(Settings settings, ClipImageModel tower, SafetyScores scores) {
    this.settings = settings;
    this.tower = tower;
    this.scores = scores;
  }

  /**
   * Opens a folder. Pictures are prepared by its own {@code preprocessor_config.json}, or else by
   * that in {@code feature_extractor} beside the folder. Without both, the published preparation is
   * used.
   *
   * @throws CheckpointException if its content is damaged, or of another layout
   */
  public static SafetyChecker open(Path folder, Settings settings, Compute compute) {
    ClipVisionNetwork network = ClipFolders.readVisionOf(folder, CLASS);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      Manifest manifest = Manifest.of(network);
      Map<String, String> sources = new LinkedHashMap<>();
      manifest.parameters().keySet().forEach(key -> sources.put(key, stored(key)));
      for (String name : List.of(CONCEPTS, SPECIAL_CARE)) {
        long count = checkpoint.contains(name) ? checkpoint.info(name).shape()[0] : 1;
        manifest = manifest.with(name, count, network.embeddingDim()).with(name + WEIGHTS, count);
      }
      manifest
          .ignoring(name -> !ClipFolders.isParameter(name))
          .differences(checkpoint.renamed(SafetyChecker::own))
          .requireNone(folder);
      var scores =
          new SafetyScores(
              rows(checkpoint, CONCEPTS),
              checkpoint.read(CONCEPTS + WEIGHTS),
              rows(checkpoint, SPECIAL_CARE),
              checkpoint.read(SPECIAL_CARE + WEIGHTS));
      var tower =
          new ClipImageModel(
              preprocessor(folder, network.imageSize()),
              network,
              checkpoint.renamed(sources),
              compute);
      return new SafetyChecker(settings, tower, scores);
    }
  }

  private static String stored(String key) {
    return key.startsWith(TOWER) ? TOWER + key : key;
  }

  private static String own(String stored) {
    return stored.startsWith(TOWER + TOWER) ? stored.substring(TOWER.length()) : stored;
  }

  private static List<float[]> rows(TensorSource tensors, String name) {
    return Rows.unstack(tensors.read(name), (int) tensors.shape(name)[0]);
  }

  private static ClipPreprocessor preprocessor(Path folder, int imageSize) {
    for (Path file :
        List.of(
            folder.resolve(PREPROCESSOR),
            folder.resolveSibling("feature_extractor").resolve(PREPROCESSOR))) {
      if (Files.isRegularFile(file)) {
        try {
          return ClipPreprocessor.load(file);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
      }
    }
    return ClipPreprocessor.clip(imageSize);
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String digest() {
    return settings.digest();
  }

  @Override
  public List<List<ConceptScore>> score(List<Image> images) {
    return tower.encode(images).stream()
        .map(embedding -> scores.of(embedding, settings.threshold(), settings.lenient()))
        .toList();
  }

  @Override
  public void close() {
    tower.close();
  }

  /**
   * The formula of diffusers' {@code StableDiffusionSafetyChecker}: for each concept, the cosine of
   * its embedding with the picture's, less the concept's weight, rounded to three digits. A picture
   * with a positive score is refused. If a special-care concept has a positive score, 0.01 is added
   * to all scores after it.
   *
   * @param concepts embeddings that are refused, of {@code E} values each
   * @param weights the cosine above which each is refused
   * @param specialCare embeddings that make the check stricter
   * @param specialWeights the cosine above which each does
   */
  record SafetyScores(
      List<float[]> concepts, float[] weights, List<float[]> specialCare, float[] specialWeights) {
    private static final double ADJUSTMENT = 0.01;
    private static final double DIGITS = 1000;

    /**
     * Scores a picture: {@code concept-0} and so on with the thresholds, {@code special-care-0} and
     * so on for information. The file has no names for them.
     *
     * @param embedding the embedding of the picture, {@code [E]}
     * @param threshold 0 as published; a larger one refuses less
     * @param lenient the threshold of low moderation
     */
    List<ConceptScore> of(float[] embedding, double threshold, double lenient) {
      double adjustment = 0;
      List<ConceptScore> special = new ArrayList<>();
      for (int i = 0; i < specialCare.size(); i++) {
        double score = score(embedding, specialCare.get(i), specialWeights[i], adjustment);
        special.add(ConceptScore.informative("special-care-" + i, score));
        if (score > 0) {
          adjustment = ADJUSTMENT;
        }
      }
      List<ConceptScore> all = new ArrayList<>();
      for (int i = 0; i < concepts.size(); i++) {
        double score = score(embedding, concepts.get(i), weights[i], adjustment);
        all.add(new ConceptScore("concept-" + i, score, threshold, lenient));
      }
      all.addAll(special);
      return all;
    }

    private static double score(float[] picture, float[] concept, float weight, double adjustment) {
      double difference = Vectors.cosine(picture, concept) - weight + adjustment;
      return Math.rint(difference * DIGITS) / DIGITS;
    }
  }
}
