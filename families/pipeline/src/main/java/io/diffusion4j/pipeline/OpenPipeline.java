package io.diffusion4j.pipeline;

import com.google.inject.AbstractModule;
import com.google.inject.ConfigurationException;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.spi.Message;
import com.google.inject.util.Modules;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.filter.FilterException;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.FilteredPipeline;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model folder, opened as a pipeline: the one place where the modules of a model and those of the
 * user meet.
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of(Path.of("my.jar")));
 *     var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
 *   var images = open.pipeline().draw(task, Map.of(), noise, SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <p>Holds native memory until it is closed.
 */
public final class OpenPipeline implements AutoCloseable {
  private static final Key<Set<ImageFilter>> FILTERS = new Key<>() {};

  private final ModelFamily.Opened opened;
  private final Injector injector;
  private final ImagePipeline pipeline;

  private OpenPipeline(ModelFamily.Opened opened, Plugins plugins) {
    this.opened = opened;
    List<Plugin> chosen = plugins.forModel(opened.parts());
    try {
      injector = injector(opened, chosen);
      pipeline = filtered(injector);
    } catch (CreationException e) {
      throw failure(chosen, e.getErrorMessages(), e);
    } catch (ConfigurationException e) {
      throw failure(chosen, e.getErrorMessages(), e);
    } catch (ProvisionException e) {
      throw failure(chosen, e.getErrorMessages(), e);
    }
  }

  /**
   * Opens a folder.
   *
   * @throws IllegalArgumentException if it is no folder of a known family, or cannot be opened in
   *     this way
   * @throws io.diffusion4j.checkpoint.CheckpointException if its content is damaged
   * @throws PluginException if the parts of a plugin cannot be wired
   */
  public static OpenPipeline of(Path folder, OpenOptions how, Plugins plugins) {
    ModelFamily family = family(folder);
    family.checkLoras(folder, how);
    family.checkGuides(how.guides());
    ModelFamily.Opened opened = family.open(folder, how);
    try {
      return new OpenPipeline(opened, plugins);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Returns the family of a folder.
   *
   * @throws IllegalArgumentException if no family knows it; the message lists their layouts
   */
  public static ModelFamily family(Path folder) {
    return familyAt(folder)
        .orElseThrow(
            () ->
                Check.refusal(
                    "model",
                    folder + indexed(folder),
                    "a folder with %s",
                    ServiceProviders.of(ModelFamily.class).stream()
                        .map(ModelFamily::layout)
                        .distinct()
                        .sorted(Comparator.reverseOrder())
                        .collect(Collectors.joining(", or with "))));
  }

  /** Returns the family of a folder; empty if no family knows it. */
  public static Optional<ModelFamily> familyAt(Path folder) {
    return ServiceProviders.of(ModelFamily.class).stream()
        .filter(family -> family.isAt(folder))
        .findFirst();
  }

  /** Returns the class in the index of a pipeline of no known family; empty without an index. */
  private static String indexed(Path folder) {
    Path index = folder.resolve(ModelFolder.INDEX);
    return Files.isRegularFile(index)
        ? ", " + ModelFolder.INDEX + " of a " + ModelFolder.open(folder).className()
        : "";
  }

  /**
   * Reports the content of a folder and all its failures. A folder of no known family is reported
   * by the family that shares the most components with it.
   */
  public static FolderReport inspect(Path folder) {
    return familyAt(folder)
        .map(family -> family.inspect(folder))
        .or(
            () ->
                ServiceProviders.of(ModelFamily.class).stream()
                    .map(family -> family.inspect(folder))
                    .max(
                        Comparator.comparing(FolderReport::present)
                            .thenComparing(report -> report.components().size())))
        .orElseThrow(() -> new IllegalStateException("families: none (expected: at least one)"));
  }

  private static ImagePipeline filtered(Injector injector) {
    ImagePipeline model = injector.getInstance(ImagePipeline.class);
    Filters filters = model.filters().and(injector.getInstance(FILTERS));
    return filters.isEmpty() ? model : new FilteredPipeline(model, filters);
  }

  private static Injector injector(ModelFamily.Opened opened, List<Plugin> plugins) {
    List<Module> theirs = new ArrayList<>();
    List<ReplacedPart> replaced = new ArrayList<>();
    for (Plugin plugin : plugins) {
      theirs.add(plugin.module());
      replaced.addAll(plugin.recorded(opened.parts()));
    }
    String all = plugins.stream().map(Plugin::where).collect(Collectors.joining(", "));
    theirs.add(
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(Replacements.class).toInstance(new Replacements(replaced, all));
            Multibinder.newSetBinder(binder(), ImageFilter.class);
          }
        });
    return Guice.createInjector(Modules.override(opened.module()).with(theirs));
  }

  /** Summarises Guice's report in one line. */
  private static RuntimeException failure(
      List<Plugin> plugins, Collection<Message> messages, RuntimeException e) {
    for (Message message : messages) {
      if (message.getCause() instanceof PluginException plugin) {
        return plugin;
      }
      if (message.getCause() instanceof FilterException filter) {
        return filter;
      }
    }
    if (plugins.isEmpty()) {
      return e;
    }
    Message first = messages.iterator().next();
    return new PluginException(
        plugins.stream().map(Plugin::where).collect(Collectors.joining(", ")),
        reason(first),
        "bindings from which the model's parts can be made",
        e);
  }

  private static String reason(Message failure) {
    Throwable cause = failure.getCause();
    return cause == null
        ? String.valueOf(failure.getMessage()).lines().findFirst().orElse("")
        : cause instanceof IllegalArgumentException
            ? String.valueOf(cause.getMessage())
            : cause.toString();
  }

  /** Returns the pipeline with the filters of plugins; it must not be used after this is closed. */
  public ImagePipeline pipeline() {
    return pipeline;
  }

  /** Returns another type that the family binds, for callers that know the family. */
  public Injector injector() {
    return injector;
  }

  @Override
  public void close() {
    opened.close();
  }
}
