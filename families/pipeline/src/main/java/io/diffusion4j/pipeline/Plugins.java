package io.diffusion4j.pipeline;

import com.google.inject.Module;
import io.diffusion4j.diffusion.pipeline.Addition;
import io.diffusion4j.diffusion.pipeline.PluginException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The user's modules: from jars, and those that {@link ServiceLoader} finds on the class path as
 * {@code com.google.inject.Module}.
 *
 * <p>Used by one thread. Classes are loaded from the jars until this is closed, so close it after
 * the models.
 */
public final class Plugins implements AutoCloseable {
  private static final String SERVICE = "META-INF/services/" + Module.class.getName();
  private static final String A_MODULE =
      "a public class with a public constructor without parameters that implements "
          + Module.class.getName();

  private static final String POINTS =
      "BackboneLayers, DenoisingLoss, DenoisingMetric, Density, ExampleAugmentation, RateCurve,"
          + " UpdateRule, Weighting";

  private final List<Plugin> plugins = new ArrayList<>();
  private final Resources closeables = new Resources();
  private final List<URLClassLoader> loaders = new ArrayList<>();
  private final Set<Class<?>> offered = new LinkedHashSet<>();

  private Plugins() {}

  /** Returns the modules of the class path alone. */
  public static Plugins ofClassPath() {
    return of(List.of());
  }

  /**
   * Returns the modules of the class path and of these jars.
   *
   * @throws PluginException if one of them cannot be loaded
   */
  public static Plugins of(List<Path> jars) {
    var plugins = new Plugins();
    try {
      ClassLoader own = Plugins.class.getClassLoader();
      plugins.addAll(own, null);
      for (Path jar : jars) {
        plugins.addJar(jar, own);
      }
      plugins.plugins.forEach(plugin -> Addition.load(plugin.additions()));
      return plugins;
    } catch (RuntimeException | Error e) {
      plugins.close();
      throw e;
    }
  }

  /** Returns a module of this program. */
  public static Plugins of(Module module) {
    var plugins = new Plugins();
    return plugins.add(module, "");
  }

  /**
   * Adds a module of this program; if it is {@link AutoCloseable}, it is closed with this object.
   *
   * @param origin its origin for messages, such as a file; may be empty
   */
  public Plugins add(Module module, String origin) {
    var plugin = Plugin.of(module, origin, "");
    plugins.add(plugin);
    Addition.load(plugin.additions());
    if (module instanceof AutoCloseable closeable) {
      closeables.add(closeable);
    }
    return this;
  }

  private void addJar(Path jar, ClassLoader parent) {
    if (!Files.isRegularFile(jar)) {
      throw new PluginException(jar.toString(), "no such file", "a jar file");
    }
    try (var file = new JarFile(jar.toFile())) {
      if (file.getEntry(SERVICE) == null) {
        throw new PluginException(
            jar.toString(), "has no modules", SERVICE + " with the name of a class in it");
      }
    } catch (IOException e) {
      throw new PluginException(jar.toString(), String.valueOf(e.getMessage()), "a jar file", e);
    }
    try {
      var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, parent);
      loaders.add(loader);
      int before = plugins.size();
      addAll(loader, jar);
      if (plugins.size() == before) {
        throw new PluginException(
            jar.toString(), "names no class of its own", SERVICE + " with the name of one");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + jar + ": " + e.getMessage(), e);
    }
  }

  /** Adds the modules that a class loader finds itself. */
  private void addAll(@Nullable ClassLoader loader, @Nullable Path jar) {
    String origin = jar == null ? "" : jar.getFileName().toString();
    String digest = jar == null ? "" : FolderDigest.ofFile(jar);
    Iterator<ServiceLoader.Provider<Module>> found =
        ServiceLoader.load(Module.class, loader).stream().iterator();
    String at = jar == null ? "class path" : jar.toString();
    try {
      while (found.hasNext()) {
        ServiceLoader.Provider<Module> provider = found.next();
        if (jar == null || provider.type().getClassLoader() == loader) {
          plugins.add(Plugin.of(provider.get(), origin, digest));
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new PluginException(at, reason(e), A_MODULE, e);
    } catch (LinkageError e) {
      throw new PluginException(
          at, e.toString(), "classes for this version of Java and of Diffusion4J", e);
    }
  }

  /** Returns the message without the name of the service, but with the constructor's failure. */
  private static String reason(ServiceConfigurationError e) {
    String message = String.valueOf(e.getMessage()).replace(Module.class.getName() + ": ", "");
    return e.getCause() == null ? message : message + ": " + e.getCause();
  }

  /**
   * Returns what the plugins add to training runs.
   *
   * @throws PluginException if a jar adds nothing
   */
  public List<Addition> additions() {
    for (Plugin plugin : plugins) {
      if (!plugin.origin().isEmpty() && ofJar(plugin).allMatch(p -> p.additions().isEmpty())) {
        throw new PluginException(
            plugin.where(),
            "adds nothing to a training",
            "a MapBinder of names to one of " + POINTS);
      }
    }
    return plugins.stream().flatMap(plugin -> plugin.additions().stream()).toList();
  }

  /** Returns the plugins that replace or add something in a model with these parts. */
  List<Plugin> forModel(Set<Class<?>> parts) {
    offered.addAll(parts);
    plugins.forEach(plugin -> plugin.requireOffered(parts));
    return plugins.stream().filter(plugin -> plugin.isFor(parts)).toList();
  }

  /**
   * Checks, once all models are open, that each part of each plugin has a place in one of them. A
   * module for training runs may stand beside one that has.
   *
   * @throws PluginException if a part has no place
   */
  public void requireUsed() {
    plugins.stream()
        .filter(plugin -> !plugin.isForTrainings() || ofJar(plugin).noneMatch(this::isUsed))
        .forEach(plugin -> plugin.requireUsed(offered));
  }

  private boolean isUsed(Plugin plugin) {
    return plugin.isFor(offered);
  }

  private Stream<Plugin> ofJar(Plugin plugin) {
    return plugins.stream().filter(other -> other.isOfJarOf(plugin));
  }

  @Override
  public void close() {
    plugins.forEach(plugin -> Addition.unload(plugin.additions()));
    closeables.close();
    for (URLClassLoader loader : loaders) {
      try {
        loader.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close a plugin: " + e.getMessage(), e);
      }
    }
  }
}
