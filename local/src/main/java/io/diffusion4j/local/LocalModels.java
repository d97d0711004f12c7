package io.diffusion4j.local;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.RegisteredLoras;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.metrics.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Model folders of this machine, loaded to be served. Hold native memory until they are closed. */
public final class LocalModels implements AutoCloseable {
  private final List<OpenPipeline> models = new ArrayList<>();
  private final List<ImagePipeline> pipelines = new ArrayList<>();
  private final List<LoraVariants> variants = new ArrayList<>();
  private final Plugins plugins;

  private LocalModels(Plugins plugins) {
    this.plugins = plugins;
  }

  /**
   * Loads them with the plugins of the class path.
   *
   * @throws IllegalArgumentException if there is no such model folder, or if two have one name
   */
  public static LocalModels load(List<ServedModel> served, Opening usual) {
    return load(served, usual, Plugins.ofClassPath());
  }

  /**
   * Loads them.
   *
   * @param usual how all of them are opened, but for their names and number formats
   * @param plugins closed with the models
   * @throws IllegalArgumentException if there is no such model folder, if two have one name, or if
   *     a plugin has nothing for any of them
   */
  public static LocalModels load(List<ServedModel> served, Opening usual, Plugins plugins) {
    return load(served, usual, plugins, Map.of());
  }

  /**
   * Loads them, and registers low-rank updates that requests may ask for. Each is offered by every
   * model that it fits.
   *
   * @param usual how all of them are opened, but for their names and number formats
   * @param plugins closed with the models
   * @param files of updates, by the names that requests call them
   * @throws IllegalArgumentException if there is no such model folder, if two have one name, if a
   *     plugin has nothing for any of them, or if a model family takes no updates
   * @throws io.diffusion4j.checkpoint.CheckpointException if an update fits none of them
   */
  public static LocalModels load(
      List<ServedModel> served, Opening usual, Plugins plugins, Map<String, Path> files) {
    var registered = new RegisteredLoras(files);
    var loaded = new LocalModels(plugins);
    try {
      served.forEach(model -> OpenPipeline.family(model.folder()));
      registered.requireFit(served.stream().map(ServedModel::folder).toList());
      Set<String> names = new HashSet<>();
      for (ServedModel one : served) {
        var how = usual.withName(one.name()).withPrecision(one.precision());
        var model = OpenPipeline.of(one.folder(), how, plugins);
        loaded.models.add(model);
        Set<String> own = registered.fitting(one.folder());
        if (own.isEmpty()) {
          loaded.pipelines.add(model.pipeline());
        } else {
          var variants =
              new LoraVariants(
                  registered.digests(own),
                  loras ->
                      OpenPipeline.of(
                          one.folder(), how.withLoras(registered.choices(loras)), plugins));
          loaded.variants.add(variants);
          loaded.pipelines.add(new LoraPipeline(model.pipeline(), variants, List.of()));
        }
        String name = model.pipeline().card().name();
        Check.that(names.add(name), "models", "two named " + name, "a name of its own for each");
      }
      plugins.requireUsed();
      return loaded;
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** What requests call them, the default first. */
  public List<String> names() {
    return models.stream().map(model -> model.pipeline().card().name()).toList();
  }

  /** The same as pipelines, in the same order, for use without the service; closed with this. */
  public List<ImagePipeline> pipelines() {
    return List.copyOf(pipelines);
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
                var bound = Multibinder.newSetBinder(binder(), ImagePipeline.class);
                pipelines.forEach(model -> bound.addBinding().toInstance(model));
                Multibinder.newSetBinder(binder(), Level.class)
                    .addBinding()
                    .toInstance(new Level("diffusion4j.live.tensors", Engines::liveTensors));
              }
            })
        .getInstance(DiffusionServer.class);
  }

  @Override
  public void close() {
    try (plugins) {
      variants.forEach(LoraVariants::close);
      models.forEach(OpenPipeline::close);
    }
  }
}
