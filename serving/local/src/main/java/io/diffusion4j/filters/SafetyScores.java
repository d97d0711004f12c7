package io.diffusion4j.filters;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.filter.ConceptScore;
import java.util.ArrayList;
import java.util.List;

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
