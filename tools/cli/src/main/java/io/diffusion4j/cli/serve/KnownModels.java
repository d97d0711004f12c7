package io.diffusion4j.cli.serve;

import io.diffusion4j.local.LocalModels;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The names that tokens may mention: those of the served models, and those that were served before,
 * so that a file of tokens stays valid when a model is unloaded.
 */
final class KnownModels implements Supplier<List<String>> {
  private final LocalModels models;
  private final Set<String> names = new TreeSet<>();

  KnownModels(LocalModels models) {
    this.models = models;
    names.addAll(models.names());
  }

  @Override
  public synchronized List<String> get() {
    names.addAll(models.names());
    return List.copyOf(names);
  }
}
