package io.diffusion4j.cli.extension;

import java.util.List;

/**
 * The commands that a module adds to the command line while it is on the class path. Registered in
 * {@code META-INF/services}.
 */
public interface Commands {
  /**
   * Returns the classes of the commands, in the order of the help; each has the annotation {@code
   * picocli.CommandLine.Command} with a name of its own.
   */
  List<Class<?>> classes();
}
