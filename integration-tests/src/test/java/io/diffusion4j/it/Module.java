package io.diffusion4j.it;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.w3c.dom.Element;

/**
 * A module of this build, as its POM describes it.
 *
 * @param folder relative to the root, {@code "networks/nn"}
 * @param name the artifact without the project's name, which is that of the folder, {@code "nn"}
 * @param pom its POM
 */
public record Module(Path folder, String name, Element pom) {
  /** The root of the repository, from the folder of this module's tests. */
  public static final Path ROOT = Path.of("..");

  private static final String PREFIX = "diffusion4j-";

  /** Returns all modules of the build by name, those of profiles included. */
  public static Map<String, Module> all() {
    Map<String, Module> modules = new TreeMap<>();
    try {
      for (String folder : Poms.texts(Poms.read(ROOT), "module")) {
        Path path = Path.of(folder);
        String name = path.getFileName().toString();
        modules.put(name, new Module(path, name, Poms.read(ROOT.resolve(path))));
      }
    } catch (Exception e) {
      throw new IllegalStateException(ROOT.toAbsolutePath() + ": its modules cannot be read", e);
    }
    return modules;
  }

  /** Returns the folder of the module, from the folder of this module's tests. */
  public Path path() {
    return ROOT.resolve(folder);
  }

  /** Returns a module by its name. */
  public static Module named(String name) {
    return requireNonNull(all().get(name), name);
  }

  /** Returns the name of the artifact, {@code "diffusion4j-nn"}. */
  String artifact() {
    return PREFIX + name;
  }

  /** Returns the jar that the build makes of the module. */
  Path jar(String version) {
    return path().resolve("target").resolve(artifact() + "-" + version + ".jar");
  }

  /** Returns the folder of the root in which the module is, {@code "networks"}. */
  String group() {
    return folder.getName(0).toString();
  }
}
