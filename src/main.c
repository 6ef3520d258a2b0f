#include <stdio.h>

int main(void)
{
    puts("ward " WARD_VERSION);
    return 0;
}
