package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Refuses bright pictures. As a module, it binds itself for all models of a server. */
public final class ToyFilter extends AbstractModule implements ImageFilter {
  private final ToDoubleFunction<Image> score;
  private final double threshold;
  private final double lenient;

  /** Refuses pictures brighter than a threshold; requests with low moderation have another one. */
  public ToyFilter(double threshold, double lenient) {
    this(ToyFilter::brightness, threshold, lenient);
  }

  /**
   * Refuses pictures with a score above a threshold; requests with low moderation have another one.
   */
  public ToyFilter(ToDoubleFunction<Image> score, double threshold, double lenient) {
    this.score = score;
    this.threshold = threshold;
    this.lenient = lenient;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), ImageFilter.class).addBinding().toInstance(this);
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public String digest() {
    return "sha256:of-the-toy";
  }

  @Override
  public List<List<ConceptScore>> score(List<Image> images) {
    return images.stream()
        .map(
            image ->
                List.of(
                    new ConceptScore("bright", score.applyAsDouble(image), threshold, lenient),
                    ConceptScore.informative("pixels", image.pixels().length)))
        .toList();
  }

  /** The mean of a picture's values, in [−1, 1] if they are. */
  public static double brightness(Image image) {
    double sum = 0;
    for (float value : image.pixels()) {
      sum += value;
    }
    return sum / image.pixels().length;
  }
}
