package io.diffusion4j.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** Builds jars of plugins, as a user would. */
final class PluginJars {
  private static final String SERVICE = "META-INF/services/com.google.inject.Module";

  private PluginJars() {}

  /** Returns the first code on a page of docs in this language that contains this text. */
  static String example(String name, String language, String text) throws IOException {
    String page = Files.readString(Path.of("../docs", name));
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(block -> block.group(1))
        .filter(code -> code.contains(text))
        .findFirst()
        .orElseThrow();
  }

  /** Compiles a module and puts it into a jar. */
  static Path ofJava(Path folder, String className, String code) throws IOException {
    return ofJava(folder, className, Map.of(className, code));
  }

  /** Compiles modules and puts them into one jar. */
  static Path ofJava(Path folder, String name, Map<String, String> codes) throws IOException {
    Path sources = Files.createDirectories(folder.resolve(name + "-src"));
    Path classes = Files.createDirectories(folder.resolve(name + "-classes"));
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", classPath()));
    for (var code : codes.entrySet()) {
      String className = code.getKey();
      Path source = sources.resolve(className.substring(className.lastIndexOf('.') + 1) + ".java");
      Files.writeString(source, code.getValue());
      arguments.add(source.toString());
    }
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("javac: " + status + " (expected: 0)");
    }
    return jar(folder.resolve(name + ".jar"), String.join("\n", codes.keySet()), classes);
  }

  /** Puts a module that was compiled with the tests into a jar. */
  static Path ofTestClass(Path folder, String className) throws IOException {
    Path classes = Files.createDirectories(folder.resolve(className + "-classes"));
    String prefix = className.substring(className.lastIndexOf('.') + 1);
    Path own = testClasses().resolve(className.replace('.', '/')).getParent();
    Path to = Files.createDirectories(classes.resolve(className.replace('.', '/')).getParent());
    try (Stream<Path> files = Files.list(own)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(prefix)) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
    }
    return jar(folder.resolve(className + ".jar"), className, classes);
  }

  private static Path jar(Path jar, String classNames, Path classes) throws IOException {
    try (var out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> walk = Files.walk(classes)) {
      out.putNextEntry(new ZipEntry(SERVICE));
      out.write(classNames.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        out.write(Files.readAllBytes(file));
      }
    }
    return jar;
  }

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static Path testClasses() {
    return Path.of("target", "test-classes").toAbsolutePath();
  }

  /** Returns the name of a jar; for a module of this build that of its folder. */
  static String library(String entry) {
    Path path = Path.of(entry);
    return entry.endsWith(".jar")
        ? path.getFileName()
            .toString()
            .replaceFirst("^diffusion4j-(.*)-[0-9.]+-SNAPSHOT.jar$", "$1")
        : path.endsWith("target/classes")
            ? path.toAbsolutePath().resolve("../..").normalize().getFileName().toString()
            : entry;
  }

  /**
   * Starts the command line in a process of its own, with the libraries of the launcher, which
   * {@code package} copies: those that only tests need are not there.
   */
  static ProcessBuilder diffusion4j(List<String> arguments) {
    Path libraries = Path.of("../build/distribution/target/lib");
    assumeTrue(Files.isDirectory(libraries), "cli is not packaged");
    var names = new HashSet<>(Set.of("cli"));
    try (Stream<Path> jars = Files.list(libraries)) {
      jars.map(jar -> jar.getFileName().toString()).map(PluginJars::library).forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> entries =
        Stream.of(classPath().split(File.pathSeparator))
            .filter(entry -> names.contains(library(entry)))
            .toList();
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1g",
                    "-Dfile.encoding=UTF-8",
                    "-cp",
                    String.join(File.pathSeparator, entries),
                    "io.diffusion4j.cli.Main"),
                arguments.stream())
            .toList();
    return new ProcessBuilder(command);
  }
}
