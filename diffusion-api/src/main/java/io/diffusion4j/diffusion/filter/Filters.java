package io.diffusion4j.diffusion.filter;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.diffusion.filter.Verdict.Scored;
import io.diffusion4j.diffusion.image.Image;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/**
 * Filters that judge the same pictures, one after the other. Thread-safe.
 *
 * @param all in the order in which they score, no two with one name
 */
public record Filters(List<ImageFilter> all) {
  /** Releases everything. */
  public static final Filters NONE = new Filters(List.of());

  /** Is notified of the time that each filter takes. */
  @FunctionalInterface
  public interface Listener {
    /** Is not notified. */
    Listener NONE = (filter, images, time) -> {};

    /** Called when a filter has scored this many images. */
    void judged(String filter, int images, Duration time);
  }

  /**
   * Checks the names: up to 64 letters, digits, dots, dashes and underscores.
   *
   * @throws IllegalArgumentException if one is invalid, or if two filters have one name
   */
  public Filters {
    all = List.copyOf(all);
    Set<String> names = new HashSet<>();
    for (ImageFilter filter : all) {
      Check.that(ConceptScore.isName(filter.name()), "filter", filter.name(), ConceptScore.A_NAME);
      Check.that(
          names.add(filter.name()), "filters", "two named " + filter.name(), "one of each name");
    }
  }

  /** Returns these filters followed by the given ones. */
  public Filters and(Collection<ImageFilter> others) {
    return new Filters(Stream.concat(all.stream(), others.stream()).toList());
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Judges pictures.
   *
   * @param listener notified of the times
   * @return a verdict for each picture, in order
   * @throws FilterException if a filter fails
   */
  public List<Verdict> judge(List<Image> images, Moderation moderation, Listener listener) {
    List<List<Scored>> scores = new ArrayList<>();
    images.forEach(image -> scores.add(new ArrayList<>()));
    for (ImageFilter filter : images.isEmpty() ? List.<ImageFilter>of() : all) {
      long start = System.nanoTime();
      List<List<ConceptScore>> found = score(filter, images);
      listener.judged(filter.name(), images.size(), Duration.ofNanos(System.nanoTime() - start));
      for (int i = 0; i < images.size(); i++) {
        for (ConceptScore score : found.get(i)) {
          scores.get(i).add(new Scored(filter.name(), score));
        }
      }
    }
    return scores.stream().map(of -> new Verdict(of, moderation)).toList();
  }

  private static List<List<ConceptScore>> score(ImageFilter filter, List<Image> images) {
    try {
      List<List<ConceptScore>> scores = filter.score(images);
      Check.that(
          scores.size() == images.size(),
          "scores",
          "of " + scores.size() + " pictures",
          "of %s",
          images.size());
      return scores;
    } catch (CancellationException | NativeOutOfMemoryException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new FilterException(
          filter.name(), e.toString(), "a list of scores for each picture", e);
    }
  }
}
