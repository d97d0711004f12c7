package io.diffusion4j.prior;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.part.BestOfPrior;
import io.diffusion4j.diffusion.part.Prior;

/**
 * The autoregressive prior in place of the diffusion prior, best of some in the same way: installed
 * beside the module that has {@link PriorModule}, it replaces {@link Prior}. Needs nothing; the
 * network is opened and closed by the caller.
 */
public final class AutoregressivePriorModule extends AbstractModule {
  private final Prior prior;
  private final int candidates;

  /**
   * The module.
   *
   * @param candidates how many embeddings are drawn to choose from, at least 1; 2 in the paper
   */
  public AutoregressivePriorModule(Prior prior, int candidates) {
    this.prior = prior;
    this.candidates = candidates;
  }

  @Override
  protected void configure() {
    OptionalBinder.newOptionalBinder(binder(), Prior.class)
        .setBinding()
        .toInstance(new BestOfPrior(prior, candidates));
  }
}
