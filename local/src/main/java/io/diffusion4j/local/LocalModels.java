package io.diffusion4j.local;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.metrics.Level;
import io.diffusion4j.serving.model.ImageEngine;
import io.diffusion4j.unclip.Residency;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Model folders of this machine, loaded to be served. Hold native memory until they are closed. */
public final class LocalModels implements AutoCloseable {
  private final List<LocalModel> models = new ArrayList<>();
  private final List<ImageEngine> engines = new ArrayList<>();

  private LocalModels() {}

  /**
   * Loads them.
   *
   * @throws IllegalArgumentException if there is no such pipeline folder, or if two have one name
   */
  public static LocalModels load(List<ServedModel> served, Residency residency) {
    served.forEach(model -> LocalModel.requirePipeline(model.folder()));
    var loaded = new LocalModels();
    try {
      Set<String> names = new HashSet<>();
      for (ServedModel one : served) {
        LocalModel model = LocalModel.load(one, residency);
        loaded.models.add(model);
        String name = one.name().orElse(model.facts().name());
        if (!names.add(name)) {
          throw new IllegalArgumentException(
              "models: two named " + name + " (expected: a name of its own for each)");
        }
        loaded.engines.add(model.engine(name));
      }
      return loaded;
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** What requests call them, the default first. */
  public List<String> names() {
    return engines.stream().map(engine -> engine.card().name()).toList();
  }

  /**
   * A server of these models, not started yet.
   *
   * @param more what is bound beside
   */
  public DiffusionServer server(ServerConfig config, Module more) {
    return Guice.createInjector(
            new ServingModule(config),
            more,
            new AbstractModule() {
              @Override
              protected void configure() {
                var bound = Multibinder.newSetBinder(binder(), ImageEngine.class);
                engines.forEach(engine -> bound.addBinding().toInstance(engine));
                Multibinder.newSetBinder(binder(), Level.class)
                    .addBinding()
                    .toInstance(new Level("diffusion4j.live.tensors", Engines::liveTensors));
              }
            })
        .getInstance(DiffusionServer.class);
  }

  @Override
  public void close() {
    models.forEach(LocalModel::close);
  }
}
