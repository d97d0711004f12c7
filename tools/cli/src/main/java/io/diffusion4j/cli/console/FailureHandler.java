package io.diffusion4j.cli.console;

import io.diffusion4j.client.GenerationException;
import io.diffusion4j.distributed.LocalCluster;
import io.diffusion4j.nn.train.group.PeerLostException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints errors in one line, with {@code --verbose} also their stack trace. The exit status is 2
 * for faults of the command line, 75 if another process of a training was lost, and 1 for
 * everything else.
 */
public final class FailureHandler implements IExecutionExceptionHandler {
  /** The exit status of a command that failed. */
  public static final int FAILED = 1;

  /** The exit status of an invalid command line. */
  public static final int BAD_INPUT = 2;

  private final BooleanSupplier verbose;

  /**
   * Creates a handler.
   *
   * @param verbose whether stack traces are printed
   */
  public FailureHandler(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    command.getErr().println("error: " + describe(e));
    if (verbose.getAsBoolean()) {
      e.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return status(e);
  }

  /** Prints the error of a wrong command line, and returns its exit status. */
  public static int badUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("error: " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, command.getErr());
    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    command.getErr().flush();
    return BAD_INPUT;
  }

  /** Returns the exit status of an error. */
  public static int status(Exception e) {
    if (e instanceof PeerLostException) {
      return LocalCluster.PEER_LOST;
    }
    return isBadInput(e) ? BAD_INPUT : FAILED;
  }

  private static boolean isBadInput(Exception e) {
    if (e instanceof GenerationException refused) {
      return switch (refused.code()) {
        case INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED -> true;
        default -> false;
      };
    }
    return e instanceof IllegalArgumentException;
  }

  /** Describes an error in one line. */
  public static String describe(Throwable e) {
    String message = e.getMessage();
    if (e instanceof FileSystemException file) {
      String reason =
          e instanceof NoSuchFileException
              ? "no such file or folder"
              : e instanceof AccessDeniedException
                  ? "permission denied"
                  : file.getReason() != null ? file.getReason() : e.getClass().getSimpleName();
      return file.getFile() + ": " + reason;
    }
    Throwable cause = e.getCause();
    if (e instanceof UncheckedIOException && cause != null && cause.toString().equals(message)) {
      return describe(cause); // the exception only carries the other
    }
    if (isOurs(e) && message != null) {
      return message;
    }
    return message == null ? e.getClass().getName() : e.getClass().getSimpleName() + ": " + message;
  }

  /** Exceptions whose messages are written for users. */
  private static boolean isOurs(Throwable e) {
    return e instanceof IllegalArgumentException
        || e instanceof IOException
        || e instanceof UncheckedIOException
        || e.getClass().getName().startsWith("io.diffusion4j.");
  }
}
