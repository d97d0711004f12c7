package io.diffusion4j.serving.observability;

import com.google.common.collect.ImmutableList;
import com.google.common.reflect.AbstractInvocationHandler;
import com.google.common.reflect.Reflection;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes each event to several listeners. If one throws, the others are still notified. */
public final class Listeners extends AbstractInvocationHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final ImmutableList<ServingListener> listeners;

  private Listeners(Collection<ServingListener> listeners) {
    this.listeners = ImmutableList.copyOf(listeners);
  }

  /** Returns a listener that notifies all the given ones, and logs the exceptions they throw. */
  public static ServingListener of(Collection<ServingListener> listeners) {
    return Reflection.newProxy(ServingListener.class, new Listeners(listeners));
  }

  @Override
  protected @Nullable Object handleInvocation(
      Object proxy, Method event, @Nullable Object[] arguments) throws IllegalAccessException {
    for (ServingListener listener : listeners) {
      try {
        event.invoke(listener, arguments);
      } catch (InvocationTargetException e) {
        LOG.error("a listener failed", e.getCause());
      }
    }
    return null;
  }
}
