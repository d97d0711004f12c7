package io.diffusion4j.local;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.local.LiveModel.State;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.RegisteredLoras;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.observability.ServerGauge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Loaded model folders of this machine, to be served. They hold native memory until they are
 * closed; {@link LiveModels} changes them while they are served.
 */
public final class LocalModels implements AutoCloseable {
  private final OpenOptions defaults;
  private final Plugins plugins;
  private final RegisteredLoras registered;

  // The following fields are guarded by this.
  private List<LoadedModel> served = List.of();
  private final List<LoadedModel> unloading = new ArrayList<>();

  private LocalModels(OpenOptions defaults, Plugins plugins, RegisteredLoras registered) {
    this.defaults = defaults;
    this.plugins = plugins;
    this.registered = registered;
  }

  /**
   * Loads models with the plugins of the class path.
   *
   * @throws IllegalArgumentException if there is no such model folder, or if two have one name
   */
  public static LocalModels load(List<ServedModel> served, OpenOptions defaults) {
    return load(served, defaults, Plugins.ofClassPath());
  }

  /**
   * Loads models.
   *
   * @param defaults the settings of all models, except names and number formats
   * @param plugins closed with the models
   * @throws IllegalArgumentException if there is no such model folder, if two have one name, or if
   *     a plugin has nothing for any of them
   */
  public static LocalModels load(List<ServedModel> served, OpenOptions defaults, Plugins plugins) {
    return load(served, defaults, plugins, Map.of());
  }

  /**
   * Loads models, and registers low-rank updates that requests can choose. Each update is available
   * for every model that it fits.
   *
   * @param defaults the settings of all models, except names and number formats
   * @param plugins closed with the models
   * @param files files of updates, by their names in requests
   * @throws IllegalArgumentException if there is no such model folder, if two have one name, if a
   *     plugin has nothing for any of them, or if a model family does not support updates
   * @throws io.diffusion4j.checkpoint.CheckpointException if an update fits none of them
   */
  public static LocalModels load(
      List<ServedModel> served, OpenOptions defaults, Plugins plugins, Map<String, Path> files) {
    var loaded = new LocalModels(defaults, plugins, new RegisteredLoras(files));
    try {
      served.forEach(model -> OpenPipeline.family(model.folder()));
      loaded.registered.requireFit(served.stream().map(ServedModel::folder).toList());
      Set<String> names = new HashSet<>();
      for (ServedModel one : served) {
        LoadedModel model = loaded.load(one);
        loaded.replace(
            ImmutableList.<LoadedModel>builder().addAll(loaded.served).add(model).build());
        Check.that(
            names.add(model.name()),
            "models",
            "two named " + model.name(),
            "a name of its own for each");
      }
      plugins.requireUsed();
      return loaded;
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** Loads another model, which is not served yet; the caller closes it. */
  LoadedModel load(ServedModel one) {
    return LoadedModel.of(one, defaults, plugins, registered);
  }

  /**
   * Registers a further update for all models that it fits.
   *
   * @return whether it fits one of them
   * @throws IllegalArgumentException if the name is invalid in requests, or that of another update
   * @throws io.diffusion4j.checkpoint.CheckpointException if the file has no low-rank updates
   */
  synchronized boolean register(String name, Path file) {
    registered.add(name, file);
    List<LoadedModel> fitting =
        served.stream().filter(model -> registered.fits(name, model.served().folder())).toList();
    fitting.forEach(model -> model.variants().add(registered.digests(Set.of(name))));
    return !fitting.isEmpty();
  }

  /** Returns normally if an update of this name can be registered. */
  void requireNewUpdate(String name) {
    registered.requireNew(name);
  }

  /** Returns the served models, the default first. */
  synchronized List<LoadedModel> served() {
    return served;
  }

  /**
   * Replaces the served models, and returns the removed ones. The new ones are closed with this
   * object.
   */
  synchronized List<LoadedModel> replace(List<LoadedModel> others) {
    Set<LoadedModel> stay = Sets.newIdentityHashSet();
    stay.addAll(others);
    List<LoadedModel> gone = served.stream().filter(model -> !stay.contains(model)).toList();
    unloading.addAll(gone);
    served = List.copyOf(others);
    return gone;
  }

  /** Closes a replaced model, unless all have been closed. */
  synchronized void close(LoadedModel gone) {
    if (unloading.remove(gone)) {
      gone.close();
    }
  }

  /** Returns all models in memory: the default first, models that are being unloaded last. */
  public synchronized List<LiveModel> live() {
    List<LiveModel> all = new ArrayList<>();
    served.forEach(model -> all.add(live(model, all.isEmpty() ? State.DEFAULT : State.SERVED)));
    unloading.forEach(model -> all.add(live(model, State.UNLOADING)));
    return all;
  }

  private static LiveModel live(LoadedModel model, State state) {
    return new LiveModel(model.name(), model.served(), model.pipeline(), state);
  }

  /** Returns the names of the models in requests, the default first. */
  public List<String> names() {
    return served().stream().map(LoadedModel::name).toList();
  }

  /**
   * Returns the models as pipelines, in the same order, for use without the service; they are
   * closed with this object.
   */
  public List<ImagePipeline> pipelines() {
    return served().stream().map(LoadedModel::pipeline).toList();
  }

  /**
   * Creates a server of these models, which is not started yet.
   *
   * @param more further bindings
   */
  public DiffusionServer server(ServerConfig config, Module more) {
    return Guice.createInjector(
            new ServingModule(config),
            more,
            new AbstractModule() {
              @Override
              protected void configure() {
                var bound = Multibinder.newSetBinder(binder(), ImagePipeline.class);
                pipelines().forEach(model -> bound.addBinding().toInstance(model));
                Multibinder.newSetBinder(binder(), ServerGauge.class)
                    .addBinding()
                    .toInstance(new ServerGauge("diffusion4j.live.tensors", Engines::liveTensors));
              }
            })
        .getInstance(DiffusionServer.class);
  }

  @Override
  public synchronized void close() {
    try (plugins) {
      served.forEach(LoadedModel::close);
      unloading.forEach(LoadedModel::close);
      served = List.of();
      unloading.clear();
    }
  }
}
