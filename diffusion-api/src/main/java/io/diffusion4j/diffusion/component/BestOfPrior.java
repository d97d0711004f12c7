package io.diffusion4j.diffusion.component;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws several image embeddings for each prompt and keeps the one with the largest dot product
 * with the text embedding (DALL-E 2, §2.2, which draws two).
 *
 * @param prior draws the candidates, all of them in one call
 * @param candidates how many for each prompt, at least 1
 */
public record BestOfPrior(Prior prior, int candidates) implements Prior {
  public BestOfPrior {
    Check.that(candidates >= 1, "candidates", candidates, "≥ 1");
  }

  @Override
  public Stage stage() {
    return prior.stage();
  }

  @Override
  public List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener) {
    List<Draw<Prompt>> all = new ArrayList<>(draws.size() * candidates);
    for (Draw<Prompt> draw : draws) {
      for (int candidate = 0; candidate < candidates; candidate++) {
        all.add(new Draw<>(draw.condition(), draw.noise().candidate(candidate)));
      }
    }
    List<float[]> embeddings = prior.sample(all, settings, listener);
    List<float[]> best = new ArrayList<>(draws.size());
    for (int i = 0; i < draws.size(); i++) {
      best.add(
          largest(
              embeddings.subList(i * candidates, (i + 1) * candidates),
              draws.get(i).condition().text().embedding()));
    }
    return best;
  }

  private static float[] largest(List<float[]> embeddings, float[] text) {
    float[] best = embeddings.get(0);
    for (float[] embedding : embeddings) {
      Check.that(
          embedding.length == text.length,
          "imageEmbedding",
          embedding.length + " values",
          "%s, as the text's",
          text.length);
      if (Vectors.dot(embedding, text) > Vectors.dot(best, text)) {
        best = embedding;
      }
    }
    return best;
  }
}
