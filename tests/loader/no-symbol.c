/* A library like any other. */
int some_function (void);

int
some_function (void)
{
  return 1;
}
