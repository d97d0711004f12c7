package io.diffusion4j.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY}, in capitals or not. */
final class EnvironmentProxies extends ProxySelector {
  private static final int DEFAULT_PORT = 8080;

  private final Map<String, String> environment;

  EnvironmentProxies(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public List<Proxy> select(URI uri) {
    String proxy = value(uri.getScheme() + "_proxy");
    if (proxy.isEmpty() || isExcepted(uri.getHost())) {
      return List.of(Proxy.NO_PROXY);
    }
    URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
    int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
    return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(address.getHost(), port)));
  }

  private boolean isExcepted(String host) {
    return Arrays.stream(value("no_proxy").split(","))
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .map(each -> each.replaceFirst("^\\*?\\.", ""))
        .anyMatch(each -> each.equals("*") || host.equals(each) || host.endsWith("." + each));
  }

  private String value(String name) {
    String lower = environment.getOrDefault(name, "");
    return lower.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : lower;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request itself fails with an error.
  }
}
