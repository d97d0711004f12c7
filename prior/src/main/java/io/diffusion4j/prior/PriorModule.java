package io.diffusion4j.prior;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.part.BestOfPrior;
import io.diffusion4j.diffusion.part.Prior;

/**
 * The diffusion prior, best of some by dot product with the text (DALL-E 2, §2.2).
 *
 * <p>Provides {@link Prior}, replaceable by one {@code OptionalBinder.newOptionalBinder(binder(),
 * Prior.class).setBinding()}. Needs nothing; the network is opened and closed by the caller.
 */
public final class PriorModule extends AbstractModule {
  private final Prior prior;
  private final int candidates;

  /**
   * The module.
   *
   * @param candidates how many embeddings are drawn to choose from, at least 1; 2 in the paper
   */
  public PriorModule(Prior prior, int candidates) {
    this.prior = prior;
    this.candidates = candidates;
  }

  @Override
  protected void configure() {
    OptionalBinder.newOptionalBinder(binder(), Prior.class)
        .setDefault()
        .toInstance(new BestOfPrior(prior, candidates));
  }
}
