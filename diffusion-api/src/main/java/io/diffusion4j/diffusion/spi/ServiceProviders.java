package io.diffusion4j.diffusion.spi;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The implementations of a service on the class path, without those that cannot be loaded.
 *
 * <p>An optional module that lacks a library of its own costs only what that module adds: it is
 * left out with one warning, which names its jar and the missing class.
 */
public final class ServiceProviders {
  private static final Logger LOG = System.getLogger(ServiceProviders.class.getName());

  private ServiceProviders() {}

  /**
   * Returns an instance of each provider that is registered in {@code META-INF/services} and can be
   * loaded, in the order of the class path.
   *
   * @param service the interface, whose own class loader finds the providers
   */
  public static <S> List<S> of(Class<S> service) {
    return of(service, service.getClassLoader());
  }

  static <S> List<S> of(Class<S> service, ClassLoader loader) {
    List<S> found = new ArrayList<>();
    Iterator<ServiceLoader.Provider<S>> providers =
        ServiceLoader.load(service, loader).stream().iterator();
    while (true) {
      ServiceLoader.Provider<S> provider = null;
      try {
        if (!providers.hasNext()) {
          return found;
        }
        provider = providers.next();
        found.add(provider.get());
      } catch (ServiceConfigurationError | LinkageError e) {
        String from = provider == null ? "" : " of " + jar(provider.type());
        LOG.log(Level.WARNING, "left out" + from + ": " + reason(e));
      }
    }
  }

  private static String jar(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null ? type.getName() : String.valueOf(source.getLocation());
  }

  /** The message of the error, with the cause that names the missing class. */
  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == error ? String.valueOf(error.getMessage()) : error.getMessage() + ": " + cause;
  }
}
