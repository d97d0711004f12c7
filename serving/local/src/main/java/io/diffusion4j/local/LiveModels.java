package io.diffusion4j.local;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.DiffusionServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a running server, which can be changed.
 *
 * <p>A change loads the new models first, then switches to them at once; if one cannot be loaded,
 * nothing changes. A removed model is closed when its last accepted request has ended, so for a
 * while old and new models are in memory.
 *
 * <p>Thread-safe; changes are serialised. Ends with the {@link LocalModels}.
 */
public final class LiveModels {
  private static final Logger LOG = LoggerFactory.getLogger(LiveModels.class);

  private final LocalModels models;
  private final DiffusionServer server;
  private final ExecutorService unloader =
      Executors.newCachedThreadPool(
          new ThreadFactoryBuilder().setNameFormat("unload-%d").setDaemon(true).build());

  /**
   * Creates the models of a server.
   *
   * @param models closed after the server
   * @param server the started server that {@link LocalModels#server} returned
   */
  public LiveModels(LocalModels models, DiffusionServer server) {
    this.models = models;
    this.server = server;
  }

  /**
   * Replaces the served models by these, the first as the default. Models that are served already
   * and whose files have not changed are kept.
   *
   * @throws IllegalArgumentException if there is no such model folder, or if two have one name
   * @throws io.diffusion4j.checkpoint.CheckpointException if one is damaged
   */
  public synchronized void serve(List<ServedModel> wanted) {
    List<LoadedModel> before = models.served();
    List<LoadedModel> all = new ArrayList<>();
    List<LoadedModel> fresh = new ArrayList<>();
    try {
      for (ServedModel one : wanted) {
        LoadedModel model =
            before.stream().filter(loaded -> loaded.isStill(one)).findFirst().orElse(null);
        if (model == null) {
          model = models.load(one);
          fresh.add(model);
        }
        all.add(model);
      }
      replace(all);
    } catch (RuntimeException | Error e) {
      fresh.forEach(LoadedModel::close);
      throw e;
    }
  }

  /**
   * Loads a model and serves it beside the others, or in place of the model of the same name.
   *
   * @return its name in requests
   * @throws IllegalArgumentException if there is no such model folder
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is damaged
   */
  public synchronized String load(ServedModel one) {
    LoadedModel model = models.load(one);
    try {
      List<LoadedModel> all = new ArrayList<>(models.served());
      int place = indexOf(model.name(), all);
      if (place < 0) {
        all.add(model);
      } else {
        all.set(place, model);
      }
      replace(all);
      return model.name();
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * Stops serving a model, and closes it when its requests have ended.
   *
   * @throws IllegalArgumentException if there is no such model, or if it is the default
   */
  public synchronized void unload(String name) {
    List<LoadedModel> all = new ArrayList<>(models.served());
    int place = required(name, all);
    Check.that(place > 0, "model", name, "one that is not the default");
    all.remove(place);
    replace(all);
  }

  /**
   * Makes a model the default, which answers requests that name no model.
   *
   * @throws IllegalArgumentException if there is no such model
   */
  public synchronized void makeDefault(String name) {
    List<LoadedModel> all = new ArrayList<>(models.served());
    all.add(0, all.remove(required(name, all)));
    replace(all);
  }

  private int required(String name, List<LoadedModel> all) {
    int place = indexOf(name, all);
    Check.that(place >= 0, "model", name, "one of %s", models.names());
    return place;
  }

  private static int indexOf(String name, List<LoadedModel> all) {
    return all.stream().map(LoadedModel::name).toList().indexOf(name);
  }

  private void replace(List<LoadedModel> all) {
    server.replaceModels(all.stream().map(LoadedModel::pipeline).toList());
    models.replace(all).forEach(gone -> unloader.execute(() -> unload(gone)));
    LOG.info("models: {}", models.names());
  }

  private void unload(LoadedModel gone) {
    try {
      server.awaitUnused(gone.pipeline());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then the model is closed with all others
      return;
    }
    models.close(gone);
    LOG.info("the model {} of {} was unloaded", gone.name(), gone.served().folder());
  }
}
